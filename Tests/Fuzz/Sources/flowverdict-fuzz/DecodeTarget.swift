import NetworkTypes
import PacketDecode

/// The decoder: two bytes that choose link type and options, then a frame.
struct DecodeTarget: FuzzTarget {
  static let name = "decode"

  static let linkTypes: [LinkType] = [
    .ethernet, .raw, .ipv4, .ipv6, .linuxCooked, .linuxCooked2, .null, .loop, .ppp, .pppHDLC,
    .pppWithDirection, .pppoe, .ciscoHDLC, .mpls, .netfilterLog, LinkType(rawValue: 147),
  ]

  private let decoders: [PacketDecoder] = [
    PacketDecoder(), PacketDecoder(options: .init(maximumDepth: 1)),
    PacketDecoder(options: .init(maximumDepth: 200)),
    PacketDecoder(options: .init(vxlanPorts: [], vxlanGPEPorts: [], genevePorts: [])),
    PacketDecoder(
      options: .init(vxlanPorts: [53, 80], vxlanGPEPorts: [443, 4790], genevePorts: [6081, 1])),
  ]

  func run(_ input: [UInt8]) -> Bool {
    guard input.count >= 2 else { return false }
    let linkType = Self.linkTypes[Int(input[0]) % Self.linkTypes.count]
    let decoder = decoders[Int(input[1]) % decoders.count]
    let frame = Array(input[2...])
    let decoded = Decoding(frame, linkType, decoder, pattern: 0x55)
    decoded.check(frameByteCount: frame.count)
    require(
      decoded == Decoding(frame, linkType, decoder, pattern: 0xaa),
      "what was in the entries before shows: \(decoded)")
    checkBareIP(frame, linkType, decoder, decoded)
    checkTag(frame, linkType, decoder, decoded)
    return true
  }

  /// An IPv4 packet is the same with an Ethernet header, where there is a fast path, and without.
  private func checkBareIP(
    _ frame: [UInt8], _ linkType: LinkType, _ decoder: PacketDecoder, _ decoded: Decoding
  ) {
    guard linkType == .ethernet, frame.count >= 14, frame[12] == 8, frame[13] == 0 else { return }
    let bare = Decoding(Array(frame[14...]), .ipv4, decoder, pattern: 0x55)
    require(
      bare.moved(by: 14) == decoded, "without Ethernet header: \(bare), with it: \(decoded)")
  }

  /// Behind an 802.1Q tag, which the fast path leaves to the walk, a packet is the same.
  private func checkTag(
    _ frame: [UInt8], _ linkType: LinkType, _ decoder: PacketDecoder, _ decoded: Decoding
  ) {
    guard linkType == .ethernet, frame.count >= 14, frame[12] == 8, frame[13] == 0 else { return }
    let tagged = frame[..<12] + [0x81, 0, 0, 5] + frame[12...]
    let behindTag = Decoding(Array(tagged), .ethernet, decoder, pattern: 0x55)
    require(
      behindTag == decoded.moved(by: 4), "behind a tag: \(behindTag), without: \(decoded)")
  }

  static func seeds() -> [[UInt8]] { Seeds.frames }
}

/// What the decoder makes of a frame: the entries' fields, as far as their kind gives them a meaning.
struct Decoding: Equatable, CustomStringConvertible {
  var entries: [Entry]

  struct Entry: Equatable {
    var kind: PacketKind
    var addresses: [UInt64] = []
    var family: UInt8 = 0
    var ipProtocol: UInt8 = 0
    var ports: [UInt16] = []
    var sequence: UInt32 = 0
    var tcpFlags: UInt8 = 0
    var tunnelDepth: UInt8 = 0
    var transportOffset: UInt16 = 0

    init(_ packet: DecodedPacket) {
      kind = packet.kind
      switch kind {
      case .flow, .firstFragment, .laterFragment, .icmpError, .icmpErrorWithoutQuote,
        .quotedPacket, .fragmentIdentity:
        addresses = [
          packet.sourceHigh, packet.sourceLow, packet.destinationHigh, packet.destinationLow,
        ]
        family = packet.family
        ipProtocol = packet.ipProtocol
        ports = [packet.sourcePort, packet.destinationPort]
        sequence = packet.sequence
        tcpFlags = packet.tcpFlags
        tunnelDepth = packet.tunnelDepth
      case .notIP, .unknownLinkType, .truncatedLinkHeader, .truncatedNetworkHeader,
        .truncatedTransportHeader, .malformedNetworkHeader, .nestedTooDeep:
        break
      }
      if kind == .flow { transportOffset = packet.transportOffset }
    }
  }

  init(_ frame: [UInt8], _ linkType: LinkType, _ decoder: PacketDecoder, pattern: UInt8) {
    let word = UInt64(pattern) &* 0x0101_0101_0101_0101
    var old = DecodedPacket()
    old.sourceHigh = word
    old.sourceLow = word
    old.destinationHigh = word
    old.destinationLow = word
    old.sequence = UInt32(truncatingIfNeeded: word)
    old.sourcePort = UInt16(truncatingIfNeeded: word)
    old.destinationPort = UInt16(truncatingIfNeeded: word)
    old.ipProtocol = pattern
    old.tcpFlags = pattern
    old.family = pattern
    old.tunnelDepth = pattern
    old.transportOffset = UInt16(truncatingIfNeeded: word)
    // Exactly the frame's size, so that the address sanitizer sees every read behind it.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: frame.count, alignment: 1)
    defer { unsafe copy.deallocate() }
    unsafe copy.copyBytes(from: frame)
    let room = UnsafeMutablePointer<DecodedPacket>.allocate(
      capacity: PacketDecoder.maximumEntryCount)
    defer { unsafe room.deallocate() }
    unsafe room.initialize(repeating: old, count: PacketDecoder.maximumEntryCount)
    // Safe: the frame's bytes are readable, and there is room for as many entries as one frame can yield.
    let count = unsafe decoder.decode(
      UnsafeRawPointer(copy.baseAddress ?? UnsafeMutableRawPointer(room)),
      capturedLength: frame.count, linkType: linkType, into: room)
    require(count >= 1 && count <= PacketDecoder.maximumEntryCount, "\(count) entries")
    entries = (0..<count).map { unsafe Entry(room[$0]) }
  }

  /// What the kinds promise.
  func check(frameByteCount: Int) {
    let kind = entries[0].kind
    let companion: PacketKind? =
      switch kind {
      case .icmpError: .quotedPacket
      case .firstFragment: .fragmentIdentity
      default: nil
      }
    require(
      entries.count == (companion == nil ? 1 : 2) && entries.dropFirst().first?.kind == companion,
      "a packet and its companion: \(self)")
    require(kind != .quotedPacket && kind != .fragmentIdentity, "a companion alone: \(self)")
    for entry in entries where !entry.addresses.isEmpty {
      require(entry.family == 4 || entry.family == 6, "family \(entry.family): \(self)")
      if entry.family == 4 {
        require(
          entry.addresses[0] == 0 && entry.addresses[1] >> 32 == 0 && entry.addresses[2] == 0
            && entry.addresses[3] >> 32 == 0, "an IPv4 address of more than 32 bits: \(self)")
      }
      require(
        Int(entry.transportOffset) <= frameByteCount,
        "the transport begins behind the frame's \(frameByteCount) bytes: \(self)")
    }
  }

  /// The same frame behind `count` more bytes of headers.
  func moved(by count: UInt16) -> Decoding {
    var moved = self
    for index in moved.entries.indices where moved.entries[index].transportOffset > 0 {
      let (sum, isTooLarge) = moved.entries[index].transportOffset.addingReportingOverflow(count)
      moved.entries[index].transportOffset = isTooLarge ? 0 : sum
    }
    return moved
  }

  var description: String { "\(entries)" }
}
