/** Rounds: every worker does its part until it has nothing more to do or somebody is in a hurry, then waits until all
 *  mail has been read and every worker has said how things stand. All of them hear the same, and conclude the same. */
import { ring } from './mail.ts';
import { common, lineOf, own, reportWords, type Shared } from './shared.ts';

/** Looks for something to do this often before it sleeps. */
const LOOKS = 300;
/** Milliseconds of sleep, if nobody rings. */
const NAP = 50;

/** One worker's part in the rounds. */
export class Rounds {
  private readonly shared: Shared;
  private readonly me: number;
  private round = 1;

  constructor(shared: Shared, me: number) {
    this.shared = shared;
    this.me = me;
  }

  /** Makes everybody end this round. */
  hurry(): void {
    Atomics.store(this.shared.control, common.hurry, this.round);
  }

  isHurried(): boolean {
    return Atomics.load(this.shared.control, common.hurry) === this.round;
  }

  /** Ends the round: `receive` reads the mail and tells whether there was any; then `report` says how things stand
   *  with this worker. What every worker had to say, in their order. */
  end(receive: () => boolean, report: () => readonly number[]): readonly Int32Array[] {
    const { control, workers } = this.shared;
    const { round, me } = this;
    this.announce(own.sent);
    this.until(() => {
      // In this order: what was sent before its sender said so must have been received.
      const all = this.haveAll(own.sent);
      return !receive() && all;
    });
    const place = (w: number) => lineOf(w) + own.report + (round & 1) * reportWords;
    control.set(report(), place(me));
    this.announce(own.arrived);
    this.until(() => this.haveAll(own.arrived));
    this.round += 1;
    return Array.from({ length: workers }, (_, w) => control.slice(place(w), place(w) + reportWords));
  }

  /** Waits until it is so. Whatever may change that rings. */
  until(isSo: () => boolean): void {
    const { control } = this.shared;
    const bell = lineOf(this.me) + own.bell;
    const asleep = lineOf(this.me) + own.asleep;
    for (;;) {
      for (let looks = LOOKS; looks > 0; looks--) if (isSo()) return;
      // Who rings after `heard` was read makes `wait` return at once; who rang before that, `isSo` has noticed.
      Atomics.store(control, asleep, 1);
      const heard = Atomics.load(control, bell);
      const done = isSo();
      if (!done) Atomics.wait(control, bell, heard, NAP);
      Atomics.store(control, asleep, 0);
      if (done) return;
    }
  }

  private announce(what: number): void {
    const { control, workers } = this.shared;
    Atomics.store(control, lineOf(this.me) + what, this.round);
    for (let w = 0; w < workers; w++) if (w !== this.me) ring(this.shared, w);
  }

  private haveAll(what: number): boolean {
    const { control, workers } = this.shared;
    for (let w = 0; w < workers; w++) {
      if (((Atomics.load(control, lineOf(w) + what) - this.round) | 0) < 0) return false;
    }
    return true;
  }
}
