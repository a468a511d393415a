import type { EntityRecord } from '../occi/entity.ts';
import type { Ranking, RuleSettings } from '../rules/types.ts';
import type { Instant } from '../shared/clock.ts';
import { fixedMilliseconds } from '../shared/duration.ts';
import type { VendorId } from '../shared/ids.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { ConnectedVendor } from '../vendor-host/port.ts';
import type { Offer, Reply } from '../vendor-kit/types.ts';
import { evaluate } from './evaluate.ts';
import { proposalsBy } from './invitation.ts';
import { answersNow, cfpKept, type Answer } from './kept.ts';
import { outcomeOfFault, outcomeOfReply, type Outcome } from './outcome.ts';
import { proposalCreate, type ProposalMaker } from './proposal-make.ts';
import { RoundAnswers } from './round-answers.ts';
import { RoundWriter } from './round-writer.ts';
import type { BrokerTools } from './tools.ts';
import { askVendor } from './vendor-ask.ts';

/** Answers that are read in one turn of the event loop: everybody else gets a turn too. */
const SLICE = 128;

/** Answers wait so long for others, to be written together; when all are there nobody waits. */
const LINGER_MS = 50;

export interface RoundHooks {
  /** The round is over: the call as it is now, and the ranking where it was stored. */
  closed(cfp: EntityRecord, ranking?: Ranking): void;
  /** All that the round leaves is written down, of so many proposals. */
  atRest(proposals: number): void;
  /** A vendor answered after the round was over. */
  late(cfp: EntityRecord, vendor: VendorId, reply: Reply): void;
}

/**
 * One round of a call, while it runs: every vendor is asked in parallel under one deadline, and
 * each answer is stored as its own fact. All that counts is in the store, so a round that ends with
 * its process is taken up again where it was.
 */
export class Round {
  #cfp: EntityRecord;
  readonly #tools: BrokerTools;
  readonly #hooks: RoundHooks;
  readonly #answers: RoundAnswers;
  readonly #proposals: EntityRecord[];
  readonly #make: ProposalMaker;
  readonly #settings: RuleSettings;
  readonly #abort = new AbortController();
  readonly #began: number;
  /** Replies that came and are not read yet. */
  #inbox: { readonly vendor: ConnectedVendor; readonly reply: Reply }[] = [];
  readonly #writer: RoundWriter;
  #flushing = false;
  #lingering = false;
  #over = false;
  #disarm: () => void = () => undefined;
  #disarmEarly: () => void = () => undefined;
  #disarmLinger: () => void = () => undefined;

  constructor(
    cfp: EntityRecord,
    invitations: readonly EntityRecord[],
    proposals: readonly EntityRecord[],
    tools: BrokerTools,
    hooks: RoundHooks,
  ) {
    this.#cfp = cfp;
    this.#tools = tools;
    this.#hooks = hooks;
    this.#proposals = [...proposals];
    this.#make = tools.maker(cfp);
    this.#settings = tools.rules.of(cfp).settings;
    this.#began = tools.deps.clock.elapsed();
    this.#answers = new RoundAnswers(invitations, tools.deps.newId);
    this.#writer = new RoundWriter(cfp.id, tools);
    this.#takeUp(proposals);
  }

  /** After a restart: a vendor whose proposals are there has answered, even if that is not written down. */
  #takeUp(proposals: readonly EntityRecord[]): void {
    for (const [vendor, { count, at }] of proposalsBy(proposals.filter((one) => answersNow(this.#cfp, one))))
      this.#settle(vendor, { state: 'proposed', proposals: count }, at);
  }

  /** Asks every vendor that has not answered. Returns at once. */
  start(): void {
    this.#armDeadline();
    this.#armEarlyClose();
    const { vendors } = this.#tools.deps;
    for (const id of this.#answers.open()) {
      const vendor = vendors.get(id);
      const invitation = this.#answers.invitation(id);
      if (vendor !== undefined && invitation !== undefined) void this.#ask(vendor, invitation);
      else
        this.#settle(id, {
          state: 'failed',
          code: 'vendor_gone',
          detail: 'It is not connected any more',
          final: false,
        });
    }
    if (this.#answers.left === 0) this.#soon();
  }

  /** The call changed while the round runs: more time, for example. */
  follow(cfp: EntityRecord): void {
    this.#cfp = cfp;
    if (!this.#over) this.#armDeadline();
  }

  /** Gives the round up: what is still unanswered is told to stop. Answers that come now are late. */
  abandon(reason: string): void {
    this.#end();
    this.#abort.abort(new Error(reason));
  }

  async #ask(vendor: ConnectedVendor, invitation: EntityRecord): Promise<void> {
    const asked = this.#cfp;
    try {
      const reply = await askVendor(asked, vendor, invitation, this.#abort.signal, this.#tools, (ticket) => {
        this.#ticket(vendor.id, ticket);
      });
      if (reply.type === 'skipped') this.#settle(vendor.id, reply.outcome);
      else if (this.#over) this.#hooks.late(this.#cfp, vendor.id, reply);
      else {
        this.#inbox.push({ vendor, reply });
        this.#soon();
      }
    } catch (error) {
      // Going down is no answer: the invitation stays open, and is taken up again.
      if (this.#tools.signal.aborted) return;
      // The call was given more time while the vendor was thinking: so is the vendor.
      const outcome = outcomeOfFault(error);
      const extended = cfpKept(this.#cfp).replyBy > cfpKept(asked).replyBy;
      if (outcome.state === 'timed_out' && extended && !this.#over)
        return this.#ask(vendor, this.#answers.invitation(vendor.id) ?? invitation);
      this.#settle(vendor.id, outcome);
    }
  }

  #answer(vendor: ConnectedVendor, reply: Reply): void {
    const now = this.#tools.now();
    if (reply.type === 'propose') {
      const { perVendor } = cfpKept(this.#cfp).terms;
      const { whyNot } = vendor.profile;
      const { provisions } = vendor.capabilities;
      const proposing = whyNot === undefined ? { id: vendor.id, provisions } : { id: vendor.id, provisions, whyNot };
      for (const offer of distinct(reply.offers.length > perVendor ? reply.offers.slice(0, perVendor) : reply.offers)) {
        const proposal = this.#make(offer, proposing, now);
        this.#proposals.push(proposal);
        this.#writer.add(proposalCreate(proposal, this.#tools.pathOf(proposal)));
      }
    }
    this.#settle(vendor.id, outcomeOfReply(reply));
  }

  /** Takes a vendor's final outcome; it is written with all others that come in this turn. */
  #settle(vendor: VendorId, outcome: Outcome, at: Instant = this.#tools.now()): void {
    const write = this.#over ? undefined : this.#answers.settle(vendor, outcome, at, this.#tools.now());
    if (write === undefined) return;
    if (write !== 'later') this.#writer.add(write);
    this.#soon();
  }

  #ticket(vendor: VendorId, ticket: string): void {
    const write = this.#over ? undefined : this.#answers.wait(vendor, ticket, this.#tools.now());
    if (write === undefined) return;
    this.#writer.add(write);
    this.#soon();
  }

  #soon(): void {
    if (this.#flushing || this.#over) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      if (this.#over) return;
      this.#read(SLICE);
      if (this.#answers.left === 0) void this.close({ actor: 'broker', code: 'all_answered' });
      else {
        this.#linger();
        this.#checkEarlyClose();
        if (this.#inbox.length > 0) this.#soon();
      }
    });
  }

  #linger(): void {
    if (this.#lingering) return;
    this.#lingering = true;
    this.#disarmLinger = this.#tools.deps.clock.after(LINGER_MS, () => {
      this.#lingering = false;
      this.#writer.write();
    });
  }

  #read(most: number): void {
    const slice = this.#inbox.splice(0, most);
    for (const { vendor, reply } of slice) {
      try {
        this.#answer(vendor, reply);
      } catch (error) {
        this.#tools.deps.log.error({ cfp: this.#cfp.id, vendor: vendor.id, err: error }, 'answer not read');
        this.#settle(vendor.id, outcomeOfFault(error));
      }
    }
  }

  /** Ends the round with what there is: ranks it, and stores the outcome with the last answers. */
  async close(why: { readonly actor: 'broker' | 'timer'; readonly code: string }): Promise<void> {
    if (this.#over) return;
    // What has come in time counts, even if nobody has read it yet.
    this.#read(this.#inbox.length);
    for (const vendor of this.#answers.open()) {
      this.#settle(
        vendor,
        why.code === 'early_close'
          ? { state: 'withdrawn', code: 'early_close', detail: 'The rules closed the call early', final: true }
          : { state: 'timed_out', code: 'timed_out', detail: 'No answer before the deadline', final: false },
      );
    }
    this.#end();
    // At the deadline the calls end by themselves, and what still comes is told as late.
    if (why.code !== 'reply_by') this.#abort.abort(new Error(why.code));
    const answers = this.#answers.all();
    const outcome = evaluate(this.#cfp, this.#proposals, answers, why, this.#tools);
    const { log, metrics, clock } = this.#tools.deps;
    try {
      if (await this.#writer.finish(outcome.writes)) {
        countAnswers(answers, metrics);
        metrics.observe('parley_round_seconds', 'Time that a round took', (clock.elapsed() - this.#began) / 1000);
        this.#hooks.closed(outcome.record, outcome.ranking);
        await this.#writer.rest(this.#answers.proposed());
        this.#hooks.atRest(this.#proposals.length);
        return;
      }
      // The call was cancelled or given more time in between: the answers stand by themselves.
      await this.#writer.rest(this.#answers.proposed());
    } catch (error) {
      log.error({ cfp: this.#cfp.id, err: error }, 'round not closed');
    }
    this.#hooks.closed(this.#cfp);
  }

  #end(): void {
    this.#over = true;
    this.#disarm();
    this.#disarmEarly();
    this.#disarmLinger();
  }

  #armDeadline(): void {
    this.#disarm();
    const { clock } = this.#tools.deps;
    const left = cfpKept(this.#cfp).replyBy - clock.now();
    this.#disarm = clock.after(Math.max(0, left), () => {
      void this.close({ actor: 'timer', code: 'reply_by' });
    });
  }

  #armEarlyClose(): void {
    const { earlyClose } = this.#settings;
    if (earlyClose === undefined) return;
    const at = cfpKept(this.#cfp).publishedAt + (fixedMilliseconds(earlyClose.after) ?? 0);
    this.#disarmEarly = this.#tools.deps.clock.after(Math.max(0, at - this.#tools.now()), () => {
      this.#checkEarlyClose();
    });
  }

  #checkEarlyClose(): void {
    const { earlyClose } = this.#settings;
    if (earlyClose === undefined || this.#over) return;
    const at = cfpKept(this.#cfp).publishedAt + (fixedMilliseconds(earlyClose.after) ?? 0);
    if (this.#tools.now() < at) return;
    const good = this.#proposals.filter(({ state }) => state === 'acceptable').length;
    if (good >= earlyClose.minProposals) void this.close({ actor: 'broker', code: 'early_close' });
  }
}

/** One proposal for each distinct placement: the first stands. */
function distinct(offers: readonly Offer[]): readonly Offer[] {
  if (offers.length < 2) return offers;
  const variants = new Set<string>();
  return offers.filter(({ variant }) => {
    const known = variants.has(variant);
    variants.add(variant);
    return !known;
  });
}

function countAnswers(answers: readonly Answer[], metrics: Metrics): void {
  const counts = new Map<string, number>();
  for (const { outcome } of answers) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  for (const [outcome, count] of counts)
    metrics.count('parley_answers_total', "Vendors' answers to calls", { outcome }, count);
}
