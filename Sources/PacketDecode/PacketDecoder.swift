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

    public init(
      vxlanPorts: [UInt16] = [4789, 8472], vxlanGPEPorts: [UInt16] = [4790],
      genevePorts: [UInt16] = [6081], maximumDepth: Int = 8
    ) {
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

  public init(options: Options = Options()) {
    tunnels = TunnelPorts(options)
    maximumDepth = max(1, options.maximumDepth)
  }

  /// Decodes one packet.
  ///
  /// Leaves time, length and view of the entries as they are.
  /// - Parameter output: room for ``maximumEntryCount`` entries.
  /// - Returns: how many entries were written: 2 where the first one's kind says that another follows it, else 1.
  /// - Complexity: O(headers).
  @inlinable @inline(__always)
  public func decode(
    _ bytes: UnsafeRawPointer, capturedLength: Int, linkType: LinkType,
    into output: UnsafeMutablePointer<DecodedPacket>
  ) -> Int {
    if linkType == .ethernet,
      unsafe decodePlainEthernet(bytes, capturedLength: capturedLength, into: output)
    {
      return 1
    }
    return unsafe decodeAny(
      bytes, capturedLength: capturedLength, linkType: linkType, into: output)
  }

  /// The common case: an untagged Ethernet frame with IPv4 without options or fragmentation, and TCP or UDP that is no
  /// tunnel, captured at least as far as the TCP flags.
  ///
  /// - Returns: `false` if the frame is anything else; nothing that matters was written then.
  @inlinable @inline(__always)
  func decodePlainEthernet(
    _ bytes: UnsafeRawPointer, capturedLength: Int,
    into output: UnsafeMutablePointer<DecodedPacket>
  ) -> Bool {
    // Safe: 48 bytes are readable, and nothing after them is read.
    guard capturedLength >= 48 else { return false }
    // EtherType 0x0800, version 4, header length 5 words: bytes 12 to 14.
    guard
      unsafe bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self).littleEndian & 0xff_ffff
        == 0x45_0008
    else { return false }
    let lengths = unsafe bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self).bigEndian
    let totalLength = UInt32(truncatingIfNeeded: lengths >> 48)
    let isFragment = lengths & 0x3fff_0000 != 0
    let ipProtocol = UInt8(
      truncatingIfNeeded: unsafe bytes.load(fromByteOffset: 23, as: UInt8.self))
    let addresses = unsafe bytes.loadUnaligned(fromByteOffset: 26, as: UInt64.self).bigEndian
    let transport = unsafe bytes.loadUnaligned(fromByteOffset: 34, as: UInt64.self).bigEndian
    let destinationPort = UInt16(truncatingIfNeeded: transport >> 32)
    var flags: UInt8 = 0
    if ipProtocol == 6 {
      guard totalLength >= 34, !isFragment else { return false }
      flags = unsafe bytes.load(fromByteOffset: 47, as: UInt8.self)
    } else {
      guard ipProtocol == 17, totalLength >= 28, !isFragment, !tunnels.contains(destinationPort)
      else { return false }
    }
    unsafe output.pointee.sourceHigh = 0
    unsafe output.pointee.sourceLow = addresses >> 32
    unsafe output.pointee.destinationHigh = 0
    unsafe output.pointee.destinationLow = addresses & 0xffff_ffff
    unsafe output.pointee.sequence = UInt32(truncatingIfNeeded: transport)
    unsafe output.pointee.sourcePort = UInt16(truncatingIfNeeded: transport >> 48)
    unsafe output.pointee.destinationPort = destinationPort
    unsafe output.pointee.ipProtocol = ipProtocol
    unsafe output.pointee.tcpFlags = flags
    unsafe output.pointee.family = 4
    unsafe output.pointee.kind = .flow
    unsafe output.pointee.tunnelDepth = 0
    return true
  }

  /// All other frames.
  @usableFromInline @inline(never)
  func decodeAny(
    _ bytes: UnsafeRawPointer, capturedLength: Int, linkType: LinkType,
    into output: UnsafeMutablePointer<DecodedPacket>
  ) -> Int {
    var walk = unsafe HeaderWalk(
      bytes: bytes, count: capturedLength, tunnels: tunnels, maximumDepth: maximumDepth,
      output: output)
    return walk.run(linkType: linkType)
  }
}

/// Which UDP destination ports carry which tunnel.
@usableFromInline
struct TunnelPorts: Sendable {
  private let vxlan: [UInt16]
  private let vxlanGPE: [UInt16]
  private let geneve: [UInt16]
  /// The range from the lowest to the highest of all, to dismiss most ports with one comparison.
  @usableFromInline let lowest: UInt16
  @usableFromInline let span: UInt16

  init(_ options: PacketDecoder.Options) {
    vxlan = options.vxlanPorts
    vxlanGPE = options.vxlanGPEPorts
    geneve = options.genevePorts
    let all = vxlan + vxlanGPE + geneve
    lowest = all.min() ?? 0
    span = (all.max() ?? 0) - lowest
  }

  @inlinable @inline(__always)
  func contains(_ port: UInt16) -> Bool {
    port &- lowest <= span && isTunnel(port)
  }

  @usableFromInline
  func isTunnel(_ port: UInt16) -> Bool { tunnel(ofPort: port) != nil }

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
