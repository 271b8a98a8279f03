import NetworkTypes

/// One packet's headers from the outside to the innermost IP packet.
///
/// All reads are bounds-checked: a byte beyond the captured ones reads as 0, so whatever the bytes say, nothing outside is
/// touched. Steps say which header comes next and where; the walk ends when one has no next.
@safe
struct HeaderWalk {
  /// What the bytes at ``offset`` are.
  enum Header {
    case ethernet
    /// What follows an EtherType.
    case etherType(UInt16)
    case mpls
    case pppoe
    case ppp
    case ciscoHDLC
    case nsh
    /// IPv4 or IPv6, as the version says.
    case ip
    case ipv4
    case ipv6
    case transport(ipProtocol: UInt8)
    /// The walk ends: a flow was written, or this is why not.
    case end(PacketKind)
  }

  private let bytes: UnsafeRawPointer
  let tunnels: TunnelPorts
  let maximumDepth: Int
  let keepsEchoIdentifiers: Bool
  private let output: UnsafeMutablePointer<DecodedPacket>

  /// The next byte to look at.
  var offset = 0
  /// One past the last byte of the packet that is being looked at: captured, and inside its datagram.
  var limit: Int
  /// IP headers seen.
  var ipHeaderCount = 0
  /// Addresses, family and fragment state of the current IP header.
  var address = DecodedPacket()
  var isFirstFragment = false
  /// Identity of the datagram of which this packet is the first fragment.
  var fragmentIdentity: DecodedPacket?
  /// Whether a flow was written: then a tunnel whose inside is not IP still counts.
  var hasFlow = false

  /// Safe while `count` bytes are readable at `bytes` and two entries are writable at `output`.
  init(
    bytes: UnsafeRawPointer, count: Int, tunnels: TunnelPorts, maximumDepth: Int,
    keepsEchoIdentifiers: Bool, output: UnsafeMutablePointer<DecodedPacket>
  ) {
    unsafe self.bytes = bytes
    limit = count
    self.tunnels = tunnels
    self.maximumDepth = maximumDepth
    self.keepsEchoIdentifiers = keepsEchoIdentifiers
    unsafe self.output = output
  }

  /// Walks from the link header inwards and writes the entries.
  ///
  /// - Returns: how many entries were written.
  mutating func run(linkType: LinkType) -> Int {
    unsafe output.pointee.tunnelDepth = 0
    unsafe output.pointee.tcpFlags = 0
    var header = firstHeader(linkType)
    // Ends: of two headers in a row, one at least takes up bytes. So work grows with the packet's length alone, and how far
    // a packet is followed depends on the IP headers in it, not on what link headers are around them.
    while true {
      if case .end(let kind) = header { return finish(kind) }
      header = next(after: header)
    }
  }

  private mutating func next(after header: Header) -> Header {
    switch header {
    case .ethernet: ethernet()
    case .etherType(let type): payload(ofEtherType: type)
    case .mpls: mpls()
    case .pppoe: pppoe()
    case .ppp: ppp()
    case .ciscoHDLC: ciscoHDLC()
    case .nsh: nsh()
    case .ip: ip()
    case .ipv4: ipv4()
    case .ipv6: ipv6()
    case .transport(let ipProtocol): transport(ipProtocol)
    case .end: header
    }
  }

  private mutating func finish(_ kind: PacketKind) -> Int {
    switch kind {
    case .flow, .notIP, .truncatedLinkHeader, .malformedNetworkHeader:
      guard hasFlow else {
        unsafe output.pointee.kind = kind
        return 1
      }
      guard let fragmentIdentity else { return 1 }
      unsafe output.pointee.kind = .firstFragment
      unsafe output[1] = fragmentIdentity
      return 2
    case .icmpError: return 2
    default:
      unsafe output.pointee.kind = kind
      return 1
    }
  }

  // MARK: Reading

  /// Whether `count` bytes from ``offset`` are captured and part of the packet.
  func has(_ count: Int) -> Bool { limit - offset >= count }

  /// The byte `distance` after ``offset``; 0 beyond the limit.
  func byte(_ distance: Int) -> UInt8 {
    let place = offset + distance
    guard place >= 0, place < limit else { return 0 }
    return unsafe bytes.load(fromByteOffset: place, as: UInt8.self)
  }

  /// The big-endian 16 bits `distance` after ``offset``.
  func word16(_ distance: Int) -> UInt16 {
    let place = offset + distance
    guard place >= 0, place + 2 <= limit else { return 0 }
    return unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self).bigEndian
  }

  func word32(_ distance: Int) -> UInt32 {
    let place = offset + distance
    guard place >= 0, place + 4 <= limit else { return 0 }
    return unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self).bigEndian
  }

  func word64(_ distance: Int) -> UInt64 {
    let place = offset + distance
    guard place >= 0, place + 8 <= limit else { return 0 }
    return unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self).bigEndian
  }

  // MARK: Writing

  /// Writes the current IP header's packet as the packet's flow; an inner one replaces it later.
  mutating func writeFlow(
    ipProtocol: UInt8, ports: UInt32 = 0, tcpFlags: UInt8 = 0, sequence: UInt32 = 0,
    kind: PacketKind = .flow
  ) {
    unsafe output.pointee.sourceHigh = address.sourceHigh
    unsafe output.pointee.sourceLow = address.sourceLow
    unsafe output.pointee.destinationHigh = address.destinationHigh
    unsafe output.pointee.destinationLow = address.destinationLow
    unsafe output.pointee.family = address.family
    unsafe output.pointee.ipProtocol = ipProtocol
    unsafe output.pointee.sourcePort = UInt16(truncatingIfNeeded: ports >> 16)
    unsafe output.pointee.destinationPort = UInt16(truncatingIfNeeded: ports)
    unsafe output.pointee.tcpFlags = tcpFlags
    unsafe output.pointee.sequence = sequence
    unsafe output.pointee.kind = kind
    unsafe output.pointee.tunnelDepth = UInt8(truncatingIfNeeded: ipHeaderCount - 1)
    unsafe output.pointee.transportOffset = UInt16(exactly: offset) ?? 0
    hasFlow = true
  }

  /// Writes the entry that accompanies the packet's own.
  mutating func writeCompanion(_ entry: DecodedPacket) {
    unsafe output[1] = entry
  }
}
