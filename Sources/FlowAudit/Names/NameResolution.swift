import ClusterModel
import FlowTracking
import NetworkTypes

/// Decides connections by the domain names that DNS answers in the captures give their destinations (A14).
///
/// What counts is what was seen up to the connection's first packet: an answer holds from when it was seen until its time
/// to live has passed, and a while longer, since programs take a moment to connect. Of a pattern and an address:
/// - a name that the pattern means leads to the address: it matches;
/// - other names alone lead to the address, or the pattern is one name and leads to other addresses alone: it does not;
/// - else nothing is known, and the policies leave open what hinges on it.
public struct NameResolution: Sendable {
  /// Both sides of one connection where the answers are known; patterns that are not among them stay unresolved.
  public typealias Decide =
    @Sendable (Connection, [DomainNamePattern: DomainNameAnswer]) -> ConnectionDecision

  /// How long an answer counts beyond its time to live, unless the user says otherwise.
  public static let defaultGraceNanoseconds: Int64 = 1_000_000_000

  private let patterns: [DomainNamePattern]
  private let graceNanoseconds: Int64
  private let decide: Decide

  /// - Returns: `nil` where no policy uses domain names.
  public init?(
    _ policies: PolicySet, graceNanoseconds: Int64 = defaultGraceNanoseconds,
    decide: @escaping Decide
  ) {
    patterns = policies.domainNamePatterns
    guard !patterns.isEmpty else { return nil }
    self.graceNanoseconds = graceNanoseconds
    self.decide = decide
  }

  /// The names that led to `address` at `time`, in ascending order.
  func names(of address: IPAddress, at time: Timestamp, _ seen: DNSObservations) -> [String] {
    seen.names(of: address, at: time, graceNanoseconds: graceNanoseconds)
  }

  /// The decision with names, where the answers can make a difference to `decision`, which was made without; else `nil`.
  func decision(
    for connection: Connection, at time: Timestamp, _ seen: DNSObservations,
    without decision: ConnectionDecision
  ) -> ConnectionDecision? {
    // Names are peers of egress rules alone.
    guard decision.egress.reason != .notAPod else { return nil }
    let answers = answers(for: connection.destination, at: time, seen)
    // Without a rule that waits for a name, only a match can change what was decided.
    guard
      decision.egress.remarks.contains(.unresolvedDomainName) && !answers.isEmpty
        || answers.values.contains(.matches)
    else { return nil }
    return decide(connection, answers)
  }

  private func answers(
    for address: IPAddress, at time: Timestamp, _ seen: DNSObservations
  ) -> [DomainNamePattern: DomainNameAnswer] {
    let names = names(of: address, at: time, seen)
    var answers: [DomainNamePattern: DomainNameAnswer] = [:]
    for pattern in patterns {
      if names.contains(where: pattern.matches) {
        answers[pattern] = .matches
      } else if !names.isEmpty || !pattern.isWildcard && leadsSomewhere(pattern, at: time, seen) {
        answers[pattern] = .differs
      }
    }
    return answers
  }

  /// Whether the one name of a pattern has any address at `time`.
  private func leadsSomewhere(
    _ pattern: DomainNamePattern, at time: Timestamp, _ seen: DNSObservations
  ) -> Bool {
    seen.addresses(of: pattern.text).contains {
      names(of: $0, at: time, seen).contains(pattern.text)
    }
  }
}
