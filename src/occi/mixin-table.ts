import type { TenantId, TypeId } from '../shared/ids.ts';
import { typeOf, type Mixin } from './category.ts';

/** Mixins: the provider's, and those of single tenants, which only they find. */
export class MixinTable {
  revision = 1;
  readonly #shared = new Map<TypeId, Mixin>();
  readonly #tenants = new Map<string, Map<TypeId, Mixin>>();
  readonly #locations = new Map<string, Map<string, Mixin>>();
  readonly #lists = new Map<string, readonly Mixin[]>();

  constructor(mixins: readonly Mixin[]) {
    for (const mixin of mixins) this.add(mixin);
  }

  get(type: TypeId, tenant: TenantId | undefined): Mixin | undefined {
    return this.#shared.get(type) ?? (tenant === undefined ? undefined : this.#tenants.get(tenant)?.get(type));
  }

  /** The same list as before until a mixin comes or goes: what is rendered of it is kept by it. */
  list(tenant: TenantId | undefined): readonly Mixin[] {
    const own = tenant === undefined ? undefined : this.#tenants.get(tenant);
    const holder = own === undefined ? '' : (tenant ?? '');
    let list = this.#lists.get(holder);
    if (list === undefined) {
      const all = [...this.#shared.values(), ...(own === undefined ? [] : own.values())];
      this.#lists.set(holder, (list = all.map((mixin) => this.#shown(mixin, tenant))));
    }
    return list;
  }

  /** Clients may have mixins depend on what nobody knows; readers of the model trip over such a `rel`. */
  #shown(mixin: Mixin, tenant: TenantId | undefined): Mixin {
    const depends = mixin.depends.filter((type) => this.get(type, tenant) !== undefined);
    return depends.length === mixin.depends.length ? mixin : { ...mixin, depends };
  }

  atLocation(path: string, tenant: TenantId | undefined): Mixin | undefined {
    const here = this.#locations.get(path);
    return here?.get('') ?? (tenant === undefined ? undefined : here?.get(tenant));
  }

  /** Adding the same type again replaces it. */
  add(mixin: Mixin): void {
    const tenant = mixin.tenant ?? '';
    const type = typeOf(mixin);
    const holder = this.#locations.get(mixin.location);
    const there = holder?.get('') ?? holder?.get(tenant);
    if (there !== undefined && typeOf(there) !== type)
      throw new Error(`mixin ${type}: its location ${mixin.location} is that of ${typeOf(there)}`);
    this.remove(type, tenant as TenantId);
    const table = tenant === '' ? this.#shared : (this.#tenants.get(tenant) ?? new Map<TypeId, Mixin>());
    if (tenant !== '') this.#tenants.set(tenant, table);
    table.set(type, mixin);
    const at = this.#locations.get(mixin.location) ?? new Map<string, Mixin>();
    this.#locations.set(mixin.location, at.set(tenant, mixin));
    this.revision += 1;
    this.#lists.clear();
  }

  remove(type: TypeId, tenant: TenantId | undefined): boolean {
    const holder = tenant ?? '';
    const table = holder === '' ? this.#shared : this.#tenants.get(holder);
    const mixin = table?.get(type);
    if (table === undefined || mixin === undefined) return false;
    table.delete(type);
    if (holder !== '' && table.size === 0) this.#tenants.delete(holder);
    const at = this.#locations.get(mixin.location);
    at?.delete(holder);
    if (at?.size === 0) this.#locations.delete(mixin.location);
    this.revision += 1;
    this.#lists.clear();
    return true;
  }
}
