import LookupTable

/// Room for the answers of lookup tasks, which share it.
public final class AnswerBuffer {
  public var decisions: [TableDecision]
  public var attributions: [TableAttribution]

  public init(count: Int) {
    decisions = Array(repeating: TableDecision(rawValue: 0), count: count)
    attributions = Array(
      repeating: TableAttribution(egress: .notAPod, ingress: .notAPod), count: count)
  }
}
