/** Numbers for what steps announce: lists of events, each event by its own number. */
export class Announcements {
  private readonly lists: (readonly number[])[] = [[]];
  private readonly numbers = new Map<string, number>([['', 0]]);

  /** The number of a list; 0 is the empty one. */
  numberOf(events: readonly number[]): number {
    const key = events.join();
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.lists.push(events);
    this.numbers.set(key, this.lists.length - 1);
    return this.lists.length - 1;
  }

  /** The events of an announcement, in order. */
  events(number: number): readonly number[] {
    return this.lists[number]!;
  }
}
