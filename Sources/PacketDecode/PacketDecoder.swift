import CShims
import NetworkTypes

/// Finds the innermost IP packet of a frame: addresses, protocol, ports, flags.
///
/// Never throws, never allocates, never reads beyond the captured bytes; checksums are not checked, since offloading
/// makes them wrong in real captures. The destination of an IPv6 packet is that of the fixed header, also where a routing
/// header is present. A tunnel packet whose inside is not IP is a packet of the tunnel's own flow.
public struct PacketDecoder: Sendable {
  public struct Options: Sendable, Hashable {
    /// UDP destination ports of VXLAN (RFC 7348, and what Linux used before).
    public var vxlanPorts: [UInt16]
    /// UDP destination ports of VXLAN-GPE.
    public var vxlanGPEPorts: [UInt16]
    /// UDP destination ports of Geneve (RFC 8926).
    public var genevePorts: [UInt16]
    /// IP headers that are followed inwards, at least 1.
    public var maximumDepth: Int
    /// Whether an ICMP request or reply has its identifier in both ports, so that each series of echoes is told apart.
    public var keepsEchoIdentifiers: Bool

    public init(
      vxlanPorts: [UInt16] = [4789, 8472], vxlanGPEPorts: [UInt16] = [4790],
      genevePorts: [UInt16] = [6081], maximumDepth: Int = 8, keepsEchoIdentifiers: Bool = true
    ) {
      self.keepsEchoIdentifiers = keepsEchoIdentifiers
      self.vxlanPorts = vxlanPorts
      self.vxlanGPEPorts = vxlanGPEPorts
      self.genevePorts = genevePorts
      self.maximumDepth = maximumDepth
    }
  }

  /// Entries that one packet can yield.
  public static let maximumEntryCount = 2

  @usableFromInline let tunnels: TunnelPorts
  /// Captured bytes from which on a frame may be plain.
  @usableFromInline let plainLength: Int
  @usableFromInline let maximumDepth: Int
  @usableFromInline let keepsEchoIdentifiers: Bool

  public init(options: Options = Options()) {
    tunnels = TunnelPorts(options)
    // Up to the TCP flags.
    plainLength = tunnels.fitsLanes ? 48 : .max
    maximumDepth = max(1, options.maximumDepth)
    keepsEchoIdentifiers = options.keepsEchoIdentifiers
  }

  /// Decodes one packet.
  ///
  /// Leaves time, length and view of the entries as they are.
  /// - Parameter output: room for ``maximumEntryCount`` entries.
  /// - Returns: how many entries were written: 2 where the first one's kind says that another follows it, else 1.
  /// - Complexity: O(headers).
  @inlinable
  public func decode(
    _ bytes: UnsafeRawPointer, capturedLength: Int, linkType: LinkType,
    into output: UnsafeMutablePointer<DecodedPacket>
  ) -> Int {
    if linkType == .ethernet,
      let plain = unsafe plainPacket(bytes, capturedLength: capturedLength)
    {
      unsafe plain.write(to: output)
      return 1
    }
    return unsafe decodeAny(
      bytes, capturedLength: capturedLength, linkType: linkType, into: output)
  }

  /// Reads the common case: an untagged Ethernet frame with IPv4 without options or fragmentation, and TCP or UDP that is no
  /// tunnel, captured at least as far as the TCP flags.
  ///
  /// Where time counts, call it for Ethernet frames before ``decode(_:capturedLength:linkType:into:)``.
  /// - Returns: `nil` if the frame is anything else.
  @inlinable @inline(__always)
  public func plainPacket(_ bytes: UnsafeRawPointer, capturedLength: Int) -> PlainPacket? {
    // Safe: 48 bytes are readable, and nothing after them is read.
    guard capturedLength >= plainLength else { return nil }
    // EtherType 0x0800, version 4, header length 5 words: bytes 12 to 14.
    guard
      unsafe bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self).littleEndian & 0xff_ffff
        == 0x45_0008
    else { return nil }
    let lengths = unsafe bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self).bigEndian
    let ipProtocol = UInt8(truncatingIfNeeded: lengths)
    let transport = unsafe bytes.loadUnaligned(fromByteOffset: 34, as: UInt64.self).bigEndian
    // All in one condition, since which of TCP and UDP comes next cannot be predicted: neither fragment nor more to come, a
    // total length that holds the TCP flags, TCP or UDP, no tunnel's port.
    let isOther = lengths & 0x3fff_0000 != 0
    let isShort = lengths >> 48 < 34
    let isTransport = (1 << 6 | 1 << 17) &>> UInt64(ipProtocol) & 1 != 0 && ipProtocol < 64
    let mayBeTunnel = tunnels.mayContain(UInt16(truncatingIfNeeded: transport >> 32))
    guard isTransport && !(isOther || isShort || mayBeTunnel) else { return nil }
    let isTCP: UInt8 = ipProtocol == 6 ? 0xff : 0
    return PlainPacket(
      addresses: unsafe bytes.loadUnaligned(fromByteOffset: 26, as: UInt64.self).bigEndian,
      transport: transport, ipProtocol: ipProtocol,
      tcpFlags: unsafe bytes.load(fromByteOffset: 47, as: UInt8.self) & isTCP)
  }

  /// All other frames.
  @usableFromInline @inline(never)
  func decodeAny(
    _ bytes: UnsafeRawPointer, capturedLength: Int, linkType: LinkType,
    into output: UnsafeMutablePointer<DecodedPacket>
  ) -> Int {
    var walk = unsafe HeaderWalk(
      bytes: bytes, count: capturedLength, tunnels: tunnels, maximumDepth: maximumDepth,
      keepsEchoIdentifiers: keepsEchoIdentifiers, output: output)
    return walk.run(linkType: linkType)
  }
}

/// Which UDP destination ports carry which tunnel.
@usableFromInline
struct TunnelPorts: Sendable {
  private let vxlan: [UInt16]
  private let vxlanGPE: [UInt16]
  private let geneve: [UInt16]
  /// Four ports in a word; places that are left over repeat the first one, or are 0.
  @usableFromInline let lanes: UInt64
  /// Whether all ports are in ``lanes``.
  let fitsLanes: Bool

  init(_ options: PacketDecoder.Options) {
    vxlan = options.vxlanPorts
    vxlanGPE = options.vxlanGPEPorts
    geneve = options.genevePorts
    let all = vxlan + vxlanGPE + geneve
    fitsLanes = all.count <= 4
    lanes = (0..<4).reduce(0) { lanes, place in
      lanes | UInt64(place < all.count ? all[place] : all.first ?? 0) << UInt64(place * 16)
    }
  }

  /// Whether the port may be a tunnel's. Does not branch on the port.
  @inlinable @inline(__always)
  func mayContain(_ port: UInt16) -> Bool { flowverdict_contains(lanes, port) }

  func tunnel(ofPort port: UInt16) -> Tunnel? {
    if vxlan.contains(port) { return .vxlan }
    if geneve.contains(port) { return .geneve }
    if vxlanGPE.contains(port) { return .vxlanGPE }
    return nil
  }

  enum Tunnel {
    case vxlan
    case vxlanGPE
    case geneve
  }
}
