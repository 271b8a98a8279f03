import NetworkTypes
import PacketCapture
import PacketDecode

/// The flows of a run, and what to know about them.
public struct CaptureResult: Sendable {
  /// In the order of their first packets, then of their ends.
  public var flows: [Flow]
  public var summary: CaptureRunSummary

  public init(flows: [Flow], summary: CaptureRunSummary) {
    self.flows = flows
    self.summary = summary
  }
}

/// What a run read, and what of it became no flow.
public struct CaptureRunSummary: Sendable {
  /// In the order of the paths.
  public var captures: [CaptureSummary]
  /// Every packet, by what it came to.
  public var packets: PacketCounts
  public var tracking: TrackingCounts
  /// Which names led to which addresses, as far as DNS answers say it.
  public var names: DNSObservations
  /// Pods that interfaces' descriptions or packets' comments name, and the addresses of their packets.
  public var pods: PodObservations
  /// Whether some packets may be counted more than once, because the captures do not tell the places apart where they were
  /// seen.
  public var mayCountRepeatedly: Bool
  /// Whether the caller ended the run early.
  public var isInterrupted: Bool

  /// Whether every packet of every capture was read.
  public var isComplete: Bool { !isInterrupted && captures.allSatisfy(\.isComplete) }
}

/// What was read of one capture.
public struct CaptureSummary: Sendable {
  public var path: String
  public var format: CaptureFormat
  /// Packets read, those that the filter left out included.
  public var packetCount: UInt64
  public var filteredPacketCount: UInt64
  /// Packets of which the capture does not say when they were seen.
  public var untimedPacketCount: UInt64 = 0
  public var interfaces: [CaptureInterface]
  /// Times of the earliest and the latest packet; `nil` without packets.
  public var window: ClosedRange<Timestamp>?
  /// The first anomalies, at most `CaptureReaderLimits.anomalies`.
  public var anomalies: [CaptureAnomaly]
  public var anomalyCount: UInt64
  /// Packets of each link type that is not decoded.
  public var undecodedLinkTypes: [LinkType: UInt64] = [:]
  /// Number, from 1, of the first packet of each kind but ``PacketKind/flow``; packets that the filter leaves out count.
  public var firstPacketNumbers: [PacketKind: UInt64] = [:]
  /// Comments of sections and names of addresses that a pcapng capture holds.
  public var metadata = CaptureMetadata()

  public var isComplete: Bool { anomalyCount == 0 }
}
