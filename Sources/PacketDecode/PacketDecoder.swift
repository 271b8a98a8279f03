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
  @usableFromInline let maximumDepth: Int
  @usableFromInline let keepsEchoIdentifiers: Bool

  public init(options: Options = Options()) {
    tunnels = TunnelPorts(options)
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
    guard capturedLength >= 48 else { return nil }
    // EtherType 0x0800, version 4, header length 5 words: bytes 12 to 14.
    guard
      unsafe bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self).littleEndian & 0xff_ffff
        == 0x45_0008
    else { return nil }
    let lengths = unsafe bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self).bigEndian
    let ipProtocol = UInt8(truncatingIfNeeded: lengths)
    let transport = unsafe bytes.loadUnaligned(fromByteOffset: 34, as: UInt64.self).bigEndian
    // In one condition, since which of TCP and UDP comes next cannot be predicted: neither fragment nor more to come, a
    // total length that holds the TCP flags, TCP or UDP.
    let isOther = lengths & 0x3fff_0000 != 0
    let isShort = lengths >> 48 < 34
    let isTransport = (1 << 6 | 1 << 17) &>> UInt64(ipProtocol) & 1 != 0 && ipProtocol < 64
    guard isTransport && !(isOther || isShort),
      !tunnels.mayContain(UInt16(truncatingIfNeeded: transport >> 32))
    else { return nil }
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
  /// Four ports in a word; places that are left over repeat the first one.
  @usableFromInline let lanes: UInt64
  /// The highest bit of each 16, or nothing where there are no ports.
  @usableFromInline let mask: UInt64
  /// 1 where there are more ports than fit into ``lanes``: then every port may be a tunnel's.
  @usableFromInline let overflow: UInt64
  /// The lower bytes of all ports: bit b % 64 of word b / 64.
  @usableFromInline let lowerBytes: InlineArray<4, UInt64>

  init(_ options: PacketDecoder.Options) {
    vxlan = options.vxlanPorts
    vxlanGPE = options.vxlanGPEPorts
    geneve = options.genevePorts
    let all = vxlan + vxlanGPE + geneve
    mask = all.isEmpty ? 0 : 0x8000_8000_8000_8000
    overflow = all.count > 4 ? 1 : 0
    lanes = (0..<4).reduce(0) { lanes, place in
      lanes | UInt64(place < all.count ? all[place] : all.first ?? 0) << UInt64(place * 16)
    }
    lowerBytes = InlineArray { word in
      all.reduce(0) { bits, port in
        Int(port >> 6) & 3 == word ? bits | 1 << UInt64(port & 63) : bits
      }
    }
  }

  /// Whether the port may be a tunnel's: exact for up to four ports. Of most ports, the lower byte says that they are not.
  @inlinable @inline(__always)
  func mayContain(_ port: UInt16) -> Bool {
    lowerBytes[Int(port &>> 6) & 3] &>> UInt64(port) & 1 != 0 && isInLanes(port)
  }

  @inlinable @inline(__always)
  func isInLanes(_ port: UInt16) -> Bool {
    let ones: UInt64 = 0x0001_0001_0001_0001
    let difference = lanes ^ (UInt64(port) &* ones)
    // The highest bit of each 16 that are zero.
    return (difference &- ones) & ~difference & mask | overflow != 0
  }

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
