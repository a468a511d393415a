import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { Behaviour } from '../occi/extension.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import { Problems, Unprocessable } from '../shared/errors.ts';
import { pointer } from '../shared/json.ts';
import { sensorInterval, sensorTiming, sensorTimingAttributes, type SensorInterval } from './fit.ts';
import { LIVE, sensorAttribute, types } from './names.ts';
import { refuseChange, removal, vendorAccess } from './owned.ts';

/** A start that was now when the request was written is still now when it arrives. */
const TRAVEL_MS = 5_000;

/** The Sensor of the text of 2015, section 3.1: fits what cannot be met, refuses what is past or ends before it starts. */
export const sensorBehaviour: Behaviour = {
  kind: types.sensor,
  ...vendorAccess,
  create(draft, _document, ctx) {
    const now = ctx.clock.now();
    const attributes = fitted(draft.attributes, now);
    checkInterval(sensorInterval(attributes), undefined, now);
    return Promise.resolve({ record: { ...draft, state: LIVE, attributes } });
  },
  update(draft, before, ctx) {
    refuseChange(draft, before);
    const now = ctx.clock.now();
    const attributes = fitted(draft.attributes, now);
    checkInterval(sensorInterval(attributes), sensorInterval(before.attributes) ?? {}, now);
    return Promise.resolve({ record: { ...draft, attributes } });
  },
  remove: (record: EntityRecord) => removal(record),
};

/** Best fit of the timing; offsets without a timebase count from now, and the timebase says so. */
function fitted(attributes: Attributes, now: Instant): Attributes {
  const offsets =
    attributes[sensorAttribute.timestart] !== undefined || attributes[sensorAttribute.timestop] !== undefined;
  return {
    ...attributes,
    ...(offsets && attributes[sensorAttribute.timebase] === undefined
      ? { [sensorAttribute.timebase]: isoInstant(now) }
      : {}),
    ...sensorTimingAttributes(sensorTiming(attributes)),
  };
}

/** `before` is what holds already: a time that was set when it was ahead may be past by now. */
function checkInterval(interval: SensorInterval | undefined, before: SensorInterval | undefined, now: Instant): void {
  if (interval === undefined) return;
  const problems = new Problems();
  const { from, until } = interval;
  const start = pointer('/attributes', sensorAttribute.timestart);
  const stop = pointer('/attributes', sensorAttribute.timestop);
  if (from !== undefined && until !== undefined && until <= from)
    problems.add(stop, 'stop_before_start', 'timestop is not after timestart');
  if (from !== undefined && from < now - TRAVEL_MS && from !== before?.from)
    problems.add(start, 'in_the_past', 'monitoring would begin in the past', 'leave timebase out to begin now');
  if (until !== undefined && until < now - TRAVEL_MS && until !== before?.until)
    problems.add(stop, 'in_the_past', 'monitoring would end in the past');
  problems.throwIfAny(
    (list) =>
      new Unprocessable('invalid_sensor', 'The sensor would measure at times that make no sense', { problems: list }),
  );
}
