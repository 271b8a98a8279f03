import ClusterModel
import FlowTracking
import NetworkTypes

/// Flows between the same two ends to the same port, with the same verdict for the same reason.
public struct FlowGroup: Sendable {
  /// What the flows of a group share.
  public struct Key: Sendable, Hashable {
    public var source: String
    /// Only where every flow stands alone; else `nil`.
    public var sourcePort: UInt16?
    public var destination: String
    public var service: ServicePort?
    public var ipProtocol: IPProtocol
    public var port: UInt16
    public var verdict: Verdict
    public var egress: SideDecision
    public var ingress: SideDecision
    public var citations: RemarkCitations
    public var undecided: [UndecidedFact]
    public var comparison: ProfileComparison?
    /// Tells flows apart that must not be put together; 0 otherwise.
    var serial = 0
  }

  /// A port of a Service, at whatever address clients use.
  public struct ServicePort: Sendable, Hashable {
    public var namespace: String
    public var name: String
    public var port: UInt16
  }

  public var key: Key
  public var flows = 0
  public var packets: UInt64 = 0
  public var bytes: UInt64 = 0
  public var replyPackets: UInt64 = 0
  public var replyBytes: UInt64 = 0
  /// Flows of each outcome.
  public var outcomes: [Flow.Outcome: Int] = [:]
  public var firstTime: Timestamp?
  public var lastTime: Timestamp?
  public var unenforced = 0
  public var unanswered = 0
  public var inferredInitiator = 0
  public var notes: Set<VerdictRecord.Note> = []

  init(key: Key) { self.key = key }

  mutating func add(_ record: VerdictRecord) {
    let flow = record.flow
    flows += 1
    packets += flow.forward.packets
    bytes += flow.forward.bytes
    replyPackets += flow.reverse.packets
    replyBytes += flow.reverse.bytes
    outcomes[flow.outcome, default: 0] += 1
    firstTime = [firstTime, flow.startTime].compactMap(\.self).min()
    lastTime = [lastTime, flow.endTime].compactMap(\.self).max()
    switch record.mismatch {
    case .unenforced: unenforced += 1
    case .unanswered: unanswered += 1
    case nil: break
    }
    if flow.initiator == .inferred { inferredInitiator += 1 }
    notes.formUnion(record.notes)
  }
}

/// Puts records together as an ``Aggregation`` says.
///
/// Bounded, for nobody knows how many addresses a capture has: when there are ``maximumGroupCount`` groups, only
/// contradictions make further ones, up to twice as many; the flows that then find no group are counted.
public struct FlowGrouping: Sendable {
  /// More lines than people read.
  public static let maximumGroupCount = 100_000

  public let aggregation: Aggregation
  private let maximumGroupCount: Int
  private var indexes: [FlowGroup.Key: Int] = [:]
  /// In the order of each group's first record.
  public private(set) var groups: [FlowGroup] = []
  /// Flows that are in no group.
  public private(set) var ungroupedFlows = 0

  public init(
    _ aggregation: Aggregation, maximumGroupCount: Int = FlowGrouping.maximumGroupCount
  ) {
    self.aggregation = aggregation
    self.maximumGroupCount = max(1, maximumGroupCount)
  }

  /// Whether a record may start a group.
  private func hasRoom(for record: VerdictRecord) -> Bool {
    groups.count < maximumGroupCount
      || record.mismatch != nil && groups.count < 2 * maximumGroupCount
  }

  public mutating func add(_ record: VerdictRecord) {
    let isAlone = aggregation == .flow
    var key = FlowGroup.Key(
      source: aggregation.name(of: record.source),
      sourcePort: isAlone && record.flow.tuple.ipProtocol.hasPorts ? record.source.port : nil,
      destination: aggregation.destinationName(of: record),
      service: record.service.map {
        FlowGroup.ServicePort(namespace: $0.namespace, name: $0.name, port: $0.port)
      },
      ipProtocol: record.flow.tuple.ipProtocol, port: record.destination.port,
      verdict: record.verdict, egress: record.egress, ingress: record.ingress,
      citations: record.citations, undecided: record.undecided, comparison: record.comparison)
    if isAlone {
      guard hasRoom(for: record) else {
        ungroupedFlows += 1
        return
      }
      key.serial = groups.count + 1
      groups.append(FlowGroup(key: key))
      groups[groups.count - 1].add(record)
      return
    }
    let index: Int
    if let known = indexes[key] {
      index = known
    } else {
      guard hasRoom(for: record) else {
        ungroupedFlows += 1
        return
      }
      index = groups.count
      indexes[key] = index
      groups.append(FlowGroup(key: key))
    }
    groups[index].add(record)
  }
}
