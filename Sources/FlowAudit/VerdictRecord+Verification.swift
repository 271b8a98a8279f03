extension VerdictRecord {
  /// Whether two judgements of one flow agree: the verdict, both sides with all that decided, and what is undecided.
  public func hasSameVerdict(as other: VerdictRecord) -> Bool {
    verdict == other.verdict && egress == other.egress && ingress == other.ingress
      && undecided == other.undecided
      && candidates.map(\.decision) == other.candidates.map(\.decision)
  }
}
