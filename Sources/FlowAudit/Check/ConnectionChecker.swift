import ClusterModel
import NetworkTypes

/// Answers the rows of a ``ConnectionTable``: policy unit tests.
public struct ConnectionChecker: Sendable {
  private let resolver: ConnectionResolver
  private let citing: RemarkCiting
  private let decide: FlowAuditor.Decide

  public init(resolver: ConnectionResolver, decide: @escaping FlowAuditor.Decide) {
    self.resolver = resolver
    citing = RemarkCiting(resolver.endpoints)
    self.decide = decide
  }

  /// The answer to `row`.
  /// - Throws: where an end is not in the cluster, or the Service has no such port or no endpoint.
  public func check(
    _ row: ConnectionTable.Row
  ) throws(ConnectionTable.Problem) -> CheckedConnection {
    do throws(ConnectionRequestError) {
      let probes = try resolver.connections(for: row.request).map { connection in
        let decision = decide(connection)
        return CheckedConnection.Probe(
          connection: connection, decision: decision,
          citations: citing.citations(for: decision, of: connection))
      }
      return CheckedConnection(row: row, probes: probes)
    } catch {
      throw ConnectionTable.Problem(row.location(of: error.part), error.message)
    }
  }
}

/// The answer to one row of a ``ConnectionTable``.
public struct CheckedConnection: Sendable {
  /// One pair of addresses and its decision.
  public struct Probe: Sendable {
    public var connection: Connection
    public var decision: ConnectionDecision
    public var citations: RemarkCitations
  }

  public var row: ConnectionTable.Row
  /// At least one.
  public var probes: [Probe]
  /// `undecided` where pairs of addresses, or endpoints of the Service, have different verdicts.
  public let verdict: Verdict
  public let egress: Verdict
  public let ingress: Verdict

  init(row: ConnectionTable.Row, probes: [Probe]) {
    self.row = row
    self.probes = probes
    verdict = Self.common(probes.map { $0.decision.isAllowed })
    egress = Self.common(probes.map { $0.decision.egress.isAllowed })
    ingress = Self.common(probes.map { $0.decision.ingress.isAllowed })
  }

  private static func common(_ answers: [Bool]) -> Verdict {
    guard answers.allSatisfy({ $0 == answers[0] }) else { return .undecided }
    return answers[0] ? .allowed : .denied
  }

  /// Where the answer is not what the row states.
  public struct Difference: Sendable, Hashable {
    public var column: ConnectionTable.Column
    public var expected: Verdict
    public var actual: Verdict

    public init(column: ConnectionTable.Column, expected: Verdict, actual: Verdict) {
      self.column = column
      self.expected = expected
      self.actual = actual
    }
  }

  public var differences: [Difference] {
    let pairs: [(ConnectionTable.Column, Bool?, Verdict)] = [
      (.verdict, row.expected.verdict, verdict), (.egress, row.expected.egress, egress),
      (.ingress, row.expected.ingress, ingress),
    ]
    return pairs.compactMap { column, expectation, actual in
      guard let expectation else { return nil }
      let expected: Verdict = expectation ? .allowed : .denied
      return expected == actual
        ? nil : Difference(column: column, expected: expected, actual: actual)
    }
  }
}

/// Counts over checked connections.
public struct CheckSummary: Sendable, Hashable {
  public var connections = 0
  public var allowed = 0
  public var denied = 0
  public var undecided = 0
  /// Rows that state at least one verdict.
  public var compared = 0
  /// Rows whose answer is not what they state.
  public var different = 0
  /// Lines that could not be read, or whose ends the cluster does not have.
  public var unchecked = 0

  public init() {}

  public mutating func add(_ result: CheckedConnection) {
    connections += 1
    switch result.verdict {
    case .allowed: allowed += 1
    case .denied: denied += 1
    case .undecided, .notEvaluated: undecided += 1
    }
    if result.row.expected != ConnectionTable.Expectation() { compared += 1 }
    if !result.differences.isEmpty { different += 1 }
  }
}
