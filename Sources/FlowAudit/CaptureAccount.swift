import FlowTracking
import NetworkTypes
import PacketDecode

/// What a run over captures read, what of it became no flow, and what went wrong.
public struct CaptureAccount: Sendable, Hashable {
  /// In the order in which the user named them.
  public var captures: [Capture]
  /// Packets that are part of no flow, by reason.
  public var packetsWithoutFlow: [PacketCount]
  /// What a reader should know about the counts; one sentence each.
  public var notes: [String]
  /// Time of the first and last packet of all captures.
  public var firstTime: Timestamp?
  public var lastTime: Timestamp?
  /// Whether the run was stopped before the captures' end.
  public var isInterrupted: Bool

  public init(
    captures: [Capture], packetsWithoutFlow: [PacketCount] = [], notes: [String] = [],
    firstTime: Timestamp? = nil, lastTime: Timestamp? = nil, isInterrupted: Bool = false
  ) {
    self.captures = captures
    self.packetsWithoutFlow = packetsWithoutFlow
    self.notes = notes
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.isInterrupted = isInterrupted
  }

  public init(_ summary: CaptureRunSummary) {
    captures = summary.captures.map(Capture.init)
    packetsWithoutFlow = summary.packets.withoutFlow.map { kind, count in
      let joined = kind == .laterFragment ? min(count, summary.tracking.joinedFragments) : 0
      let first = summary.captures.lazy.compactMap { capture in
        capture.firstPacketNumbers[kind].map { "packet \($0) of \(capture.path)" }
      }.first
      return PacketCount(
        reason: kind.name, count: count - joined, mayHideFlows: kind.mayHideFlow,
        firstPlace: first)
    }
    firstTime = summary.captures.compactMap(\.window?.lowerBound).min()
    lastTime = summary.captures.compactMap(\.window?.upperBound).max()
    isInterrupted = summary.isInterrupted
    notes = []
    if summary.mayCountRepeatedly {
      notes.append(
        "packets may be counted more than once: the captures do not tell apart the places where"
          + " they were seen")
    }
    for capture in summary.captures where capture.untimedPacketCount > 0 {
      notes.append(
        "\(capture.untimedPacketCount) packets of \(capture.path) have no time (simple packet blocks):"
          + " their flows are judged as if seen when the dump was made")
    }
    if summary.tracking.evictedFlows > 0 {
      notes.append(
        "\(summary.tracking.evictedFlows) flows were closed early to bound memory; a flow that went"
          + " on after a long pause may be counted twice")
    }
    if summary.names.droppedPairCount > 0 {
      notes.append(
        "\(summary.names.droppedPairCount) times a DNS answer gave a further name or address, and there"
          + " was no more room: flows that hinge on it are undecided")
    }
    if summary.tracking.orphanFragments > 0 {
      notes.append(
        "\(summary.tracking.orphanFragments) fragments belong to datagrams whose first fragment is"
          + " not in the captures")
    }
  }

  /// Whether every packet of every capture was read, and none was cut or malformed so that its flow may be missing.
  public var isComplete: Bool {
    !isInterrupted && captures.allSatisfy(\.isComplete)
      && packetsWithoutFlow.allSatisfy { !$0.mayHideFlows || $0.count == 0 }
  }

  /// One capture.
  public struct Capture: Sendable, Hashable {
    /// The path as the user gave it; `-` for standard input.
    public var file: String
    public var packets: UInt64
    /// What went wrong, one sentence each, with the packet's number where there is one.
    public var problems: [String]
    /// Whether all of the capture was read.
    public var isComplete: Bool

    public init(
      file: String, packets: UInt64, problems: [String] = [], isComplete: Bool = true
    ) {
      self.file = file
      self.packets = packets
      self.problems = problems
      self.isComplete = isComplete
    }

    init(_ summary: CaptureSummary) {
      file = summary.path
      packets = summary.packetCount
      isComplete = summary.isComplete
      problems = summary.anomalies.map(\.description)
      let further = summary.anomalyCount - min(summary.anomalyCount, UInt64(problems.count))
      if further > 0 { problems.append("and \(further) more anomalies") }
      for (linkType, count) in summary.undecodedLinkTypes.sorted(by: {
        $0.key.rawValue < $1.key.rawValue
      }) {
        problems.append("\(count) packets of link type \(linkType.rawValue), which is not decoded")
      }
    }
  }

  /// Packets of one kind.
  public struct PacketCount: Sendable, Hashable {
    /// The reason's name in machine-readable output, such as `not_ip`.
    public var reason: String
    public var count: UInt64
    /// Whether such packets may belong to flows that are then missing.
    public var mayHideFlows: Bool
    /// The first such packet: `packet 3 of node.pcap`.
    public var firstPlace: String?

    public init(
      reason: String, count: UInt64, mayHideFlows: Bool = false, firstPlace: String? = nil
    ) {
      self.firstPlace = firstPlace
      self.reason = reason
      self.count = count
      self.mayHideFlows = mayHideFlows
    }
  }
}

extension PacketKind {
  /// Whether a packet of this kind may belong to a flow that no other packet shows.
  fileprivate var mayHideFlow: Bool {
    switch self {
    case .unknownLinkType, .truncatedLinkHeader, .truncatedNetworkHeader,
      .truncatedTransportHeader, .malformedNetworkHeader, .nestedTooDeep:
      true
    case .flow, .firstFragment, .laterFragment, .icmpError, .icmpErrorWithoutQuote, .notIP,
      .quotedPacket, .fragmentIdentity:
      false
    }
  }
}
