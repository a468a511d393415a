import type { Action, AttributeDefinition, AttributeDefinitions } from '../occi/category.ts';
import { typeId, type TypeId } from '../shared/ids.ts';
import type { Json, JsonObject } from '../shared/json.ts';

type Options = Partial<Omit<AttributeDefinition, 'type' | 'description'>>;

/** An attribute that clients may set and change, unless told otherwise. */
function attribute(type: AttributeDefinition['type'], description: string, options: Options = {}): AttributeDefinition {
  return { type, mutable: true, required: false, description, ...options };
}

export const text = (description: string, options: Options = {}): AttributeDefinition =>
  attribute('string', description, options);

export const number = (description: string, options: Options = {}): AttributeDefinition =>
  attribute('number', description, options);

/** Whole numbers are of type number with a pattern: the standard has no integers in JSON (GFD.226 section 4). */
export const whole = (description: string, bounds: JsonObject, options: Options = {}): AttributeDefinition =>
  attribute('number', description, { ...options, pattern: { multipleOf: 1, ...bounds } });

export const oneOf = (description: string, values: readonly string[], options: Options = {}): AttributeDefinition =>
  attribute('string', description, { ...options, pattern: { enum: values } });

/** A kind's state and its message: set by the service only. The first is where instances begin. */
export function stateAttributes(
  names: { readonly state: string; readonly message: string },
  states: readonly [initial: string, ...others: string[]],
): AttributeDefinitions {
  return {
    [names.state]: oneOf('State of the instance', states, { mutable: false, default: states[0] as Json }),
    [names.message]: text('Why it is in this state', { mutable: false }),
  };
}

export function action(scheme: string, term: string, title: string, attributes: AttributeDefinitions = {}): Action {
  return { class: 'action', scheme, term, title, attributes };
}

export const actionsOf = (actions: readonly Action[]): readonly TypeId[] =>
  actions.map(({ scheme, term }) => typeId(scheme + term));
