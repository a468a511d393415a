import { Unavailable, type ErrorOptions } from '../shared/errors.ts';

/** The store was closed before or while the call ran. */
export class StoreClosed extends Unavailable {
  constructor() {
    super('store_closed', 'The store is closed');
  }
}

/** The disk or the server failed; whether a write under way was kept is not known. */
export class StoreFailed extends Unavailable {
  constructor(detail = 'The store has failed', options?: ErrorOptions) {
    super('store_failed', detail, options);
  }
}

/** Another process, or another store of this one, owns the folder. */
export class StoreInUse extends Unavailable {
  constructor(folder: string, options?: ErrorOptions) {
    super('store_in_use', `The folder ${folder} is in use: one process at a time may own it`, options);
  }
}

/** The data was written by a later version of the service. */
export class StoreTooNew extends Unavailable {
  constructor(found: number, known: number, options?: ErrorOptions) {
    super(
      'store_too_new',
      `The data has schema version ${found}, and this version of the service knows ${known} at most: start the newer one`,
      options,
    );
  }
}
