import NetworkTypes

/// A bidirectional flow: all packets of one connection, both directions, one record.
public struct Flow: Sendable, Hashable {
  /// Packets and bytes of one direction.
  public struct Counters: Sendable, Hashable {
    public var packets: UInt64
    /// Sum of the frames' original lengths on the wire, link header included.
    public var bytes: UInt64
    /// Time of the first and last packet of the direction; `nil` without packets, and where the capture does not say it.
    public var firstTime: Timestamp?
    public var lastTime: Timestamp?

    public init(
      packets: UInt64 = 0, bytes: UInt64 = 0, firstTime: Timestamp? = nil,
      lastTime: Timestamp? = nil
    ) {
      self.packets = packets
      self.bytes = bytes
      self.firstTime = firstTime
      self.lastTime = lastTime
    }
  }

  /// How the initiator was found.
  public enum InitiatorEvidence: String, Sendable, Hashable {
    /// From a SYN, a SYN-ACK or an SCTP INIT.
    case syn
    /// From the first packet, with known service and container ports as tie-breaker.
    case inferred
  }

  /// What the packets show.
  public enum Outcome: String, Sendable, Hashable, CaseIterable {
    /// Handshake completed, or answers seen.
    case established
    /// A RST or an ICMP error in reply.
    case refused
    /// Packets without any reply.
    case unanswered
    /// A TCP connection whose start is not in the capture.
    case midStream = "mid_stream"
  }

  /// The Service that the initiator addressed.
  public struct ServiceUse: Sendable, Hashable {
    /// Index of the entry in the ``ServiceTranslation`` that the tracker was given.
    public var entry: Int
    /// The address and port that the initiator sent to.
    public var address: IPAddress
    public var port: UInt16
    /// Whether packets after translation were seen: then ``Flow/tuple`` holds the endpoint that was chosen. Otherwise
    /// the flow must be judged against all endpoints of the Service.
    public var isTranslationSeen: Bool

    public init(entry: Int, address: IPAddress, port: UInt16, isTranslationSeen: Bool) {
      self.entry = entry
      self.address = address
      self.port = port
      self.isTranslationSeen = isTranslationSeen
    }
  }

  /// Source is the initiator; the destination is the one after service translation where that was seen.
  public var tuple: FiveTuple
  public var initiator: InitiatorEvidence
  /// Whether the first packet seen came from the initiator (not so where a capture starts with a reply).
  public var isFirstSenderInitiator: Bool
  /// From the initiator.
  public var forward: Counters
  /// From the other end.
  public var reverse: Counters
  public var outcome: Outcome
  public var service: ServiceUse?
  /// Index of the capture file that holds the first packet.
  public var captureIndex: Int

  public init(
    tuple: FiveTuple, initiator: InitiatorEvidence, isFirstSenderInitiator: Bool = true,
    forward: Counters = Counters(), reverse: Counters = Counters(), outcome: Outcome,
    service: ServiceUse? = nil, captureIndex: Int = 0
  ) {
    self.tuple = tuple
    self.initiator = initiator
    self.isFirstSenderInitiator = isFirstSenderInitiator
    self.forward = forward
    self.reverse = reverse
    self.outcome = outcome
    self.service = service
    self.captureIndex = captureIndex
  }

  /// Time of the flow's first packet.
  public var startTime: Timestamp? {
    [forward.firstTime, reverse.firstTime].compactMap(\.self).min()
  }

  /// Time of the flow's last packet.
  public var endTime: Timestamp? { [forward.lastTime, reverse.lastTime].compactMap(\.self).max() }
}
