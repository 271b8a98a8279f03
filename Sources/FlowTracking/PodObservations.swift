import NetworkTypes
import PacketDecode

/// Which addresses the packets have that a capture says are a pod's.
///
/// A capture that names a pod does not say which end of a packet it is; but the pod's own address is in all of them.
public struct PodObservations: Sendable {
  /// Pods that are kept; packets of further ones are not looked at.
  public static let maximumPodCount = 65_536
  /// Addresses kept of one pod.
  public static let maximumAddressCount = 256

  /// What was seen of one pod.
  public struct Observation: Sendable, Hashable {
    public var pod: PodIdentity
    /// Packets that the captures say are the pod's.
    public var packetCount: UInt64
    /// In how many of them each address was an end: the most frequent first. The pod's own are those of all packets, where
    /// the capture was made without address translation.
    public var addresses: [AddressCount]
    /// Times of the first and the last packet.
    public var window: ClosedRange<Timestamp>
  }

  public struct AddressCount: Sendable, Hashable {
    public var address: IPAddress
    public var packetCount: UInt64
  }

  private struct Entry: Sendable {
    var packetCount: UInt64 = 0
    var counts: [IPAddress: UInt64] = [:]
    var first = Int64.max
    var last = Int64.min

    mutating func count(_ packet: DecodedPacket) {
      packetCount += 1
      first = min(first, packet.timestampNanoseconds)
      last = max(last, packet.timestampNanoseconds)
      let source = packet.source
      let destination = packet.destination
      count(source, 1)
      if destination != source { count(destination, 1) }
    }

    mutating func add(_ other: Entry) {
      packetCount += other.packetCount
      first = min(first, other.first)
      last = max(last, other.last)
      for (address, added) in other.counts.sorted(by: { $0.key < $1.key }) { count(address, added) }
    }

    private mutating func count(_ address: IPAddress, _ added: UInt64) {
      guard counts[address] != nil || counts.count < PodObservations.maximumAddressCount else {
        return
      }
      counts[address, default: 0] += added
    }
  }

  private var entries: [PodIdentity: Entry] = [:]

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }

  /// All observations, sorted by namespace and name.
  public var observations: [Observation] {
    entries.sorted { $0.key < $1.key }.map { pod, entry in
      let counts = entry.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      return Observation(
        pod: pod, packetCount: entry.packetCount,
        addresses: counts.map { AddressCount(address: $0.key, packetCount: $0.value) },
        window: Timestamp(nanoseconds: entry.first)...Timestamp(nanoseconds: entry.last))
    }
  }

  /// Takes up a packet of `pod`.
  mutating func insert(_ pod: PodIdentity, _ packet: DecodedPacket) {
    guard entries[pod] != nil || entries.count < Self.maximumPodCount else { return }
    entries[pod, default: Entry()].count(packet)
  }

  static func += (left: inout PodObservations, right: PodObservations) {
    for (pod, added) in right.entries {
      guard left.entries[pod] != nil || left.entries.count < maximumPodCount else { continue }
      left.entries[pod, default: Entry()].add(added)
    }
  }
}
