import Foundation

/// Inputs to begin with, made by the builders of the tests.
enum Seeds {
  /// Writes the seeds of each target to a folder of its name in `folder`.
  static func write(to folder: String) throws {
    for type in FuzzTargets.all {
      let target = URL(filePath: folder).appending(path: type.name)
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      for (number, bytes) in type.seeds().enumerated() {
        try Data(bytes).write(to: target.appending(path: "seed-\(number)"))
      }
    }
  }

  // MARK: Frames

  private static let tcp = Frame.ipv4(
    "10.0.0.1", "10.0.0.2", Frame.tcp(40_000, 8080, flags: 0x02))
  private static let addresses6: ([UInt16], [UInt16]) = (
    [0xfd00, 0, 0, 0, 0, 0, 0, 1], [0xfd00, 0, 0, 0, 0, 0, 0, 2]
  )
  private static let udp6 = Frame.ipv6(addresses6.0, addresses6.1, Frame.udp(40_000, 53))

  private static func outer(_ payload: Frame.Payload) -> Frame.Payload {
    Frame.ipv4("192.0.2.1", "192.0.2.2", payload)
  }

  private static func gre(_ flags: UInt16, _ type: UInt16, _ rest: Bytes) -> Frame.Payload {
    Frame.Payload(bytes: .big(flags, type) + rest, ipProtocol: 47)
  }

  private static let vxlan: Bytes = [8, 0, 0, 0, 0, 0, 42, 0]

  /// Payloads of Ethernet frames: transports, fragments, errors, extension headers, every encapsulation.
  private static let payloads: [Frame.Payload] = [
    tcp, udp6,
    Frame.ipv4("10.0.0.2", "10.0.0.1", Frame.sctp(1, 2, chunk: 1, tag: 7)),
    Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.icmp(type: 8)),
    Frame.ipv4("10.0.0.2", "10.0.0.1", Frame.icmp(type: 3, code: 3, tcp.bytes)),
    Frame.ipv6(
      addresses6.1, addresses6.0, Frame.icmp(type: 1, code: 4, udp6.bytes, isVersion6: true)),
    Frame.ipv4(
      "10.0.0.1", "10.0.0.2", Frame.udp(1, 53, .zeros(24)), identification: 9,
      fragment: .init(offset: 0, hasMore: true)),
    Frame.ipv4(
      "10.0.0.1", "10.0.0.2", Frame.Payload(bytes: .zeros(16), ipProtocol: 17), identification: 9,
      fragment: .init(offset: 4, hasMore: false)),
    Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.tcp(1, 2), options: .zeros(8)),
    Frame.ipv6(
      addresses6.0, addresses6.1,
      Frame.extensionHeader(
        0,
        Frame.extensionHeader(
          43, byteCount: 16,
          Frame.fragmentHeader(
            .init(offset: 0, hasMore: true), identification: 5, Frame.udp(3, 4))))),
    Frame.ipv4(
      "10.0.0.1", "10.0.0.2",
      Frame.Payload(bytes: [6, 4] + .zeros(22) + Frame.tcp(5, 6).bytes, ipProtocol: 51)),
    outer(Frame.udp(55_555, 4789, vxlan + Frame.ethernet(tcp))),
    outer(
      Frame.udp(55_555, 8472, vxlan + Frame.ethernet(Frame.tagged(Frame.tagged(0x88a8, udp6))))),
    outer(
      Frame.udp(1, 4790, [0x0c, 0, 0, 4, 0, 0, 1, 0, 0x0f, 0xc6, 1, 1] + .zeros(20) + tcp.bytes)),
    outer(Frame.udp(1, 6081, [4, 0] + .big(0x6558) + .zeros(20) + Frame.ethernet(tcp))),
    outer(tcp), outer(udp6), Frame.ipv6(addresses6.0, addresses6.1, outer(outer(tcp))),
    outer(gre(0x2000, 0x0800, .zeros(4) + tcp.bytes)),
    outer(gre(0x3081, 0x880b, .zeros(12) + Frame.ppp(tcp))),
    outer(gre(0x1000, 0x88be, .zeros(12) + Frame.ethernet(tcp))),
    outer(gre(0x1000, 0x22eb, .zeros(16) + Frame.ethernet(udp6))),
    Frame.mpls(labels: 3, tcp), Frame.pppoe(udp6),
    Frame.Payload(bytes: .zeros(28), etherType: 0x0806),
  ]

  /// For ``DecodeTarget``: link type, options, frame.
  static var frames: [[UInt8]] {
    let linkTypes = DecodeTarget.linkTypes
    var frames = payloads.enumerated().map { number, payload in
      [0, UInt8(number % 5)] + Frame.ethernet(payload).array
    }
    func add(_ index: Int, _ bytes: Bytes) { frames.append([UInt8(index), 0] + bytes.array) }
    for (index, linkType) in linkTypes.enumerated() {
      switch linkType {
      case .raw, .ipv4: add(index, tcp.bytes)
      case .ipv6: add(index, udp6.bytes)
      case .linuxCooked: add(index, .zeros(14) + .big(0x0800) + tcp.bytes)
      case .linuxCooked2: add(index, .big(0x86dd) + .zeros(18) + udp6.bytes)
      case .null: add(index, [2, 0, 0, 0] + tcp.bytes)
      case .loop: add(index, [0, 0, 0, 30] + udp6.bytes)
      case .ppp: add(index, [0xff, 3] + Frame.ppp(tcp))
      case .pppHDLC, .ciscoHDLC: add(index, [0x0f, 0] + .big(0x0800) + tcp.bytes)
      case .pppWithDirection: add(index, [0] + Frame.ppp(udp6))
      case .pppoe: add(index, Frame.pppoe(tcp).bytes)
      case .mpls: add(index, Frame.mpls(tcp).bytes)
      case .netfilterLog:
        add(
          index,
          [2, 0, 0, 0, 8, 0, 1, 0, 0, 0, 0, 0, UInt8(tcp.bytes.array.count + 4), 0, 9, 0]
            + tcp.bytes)
      default: break
      }
    }
    return frames
  }

  // MARK: Captures

  private static func packets(_ payloads: some Sequence<Frame.Payload>) -> [CaptureFile.Packet] {
    payloads.enumerated().map { number, payload in
      CaptureFile.Packet(
        Frame.ethernet(payload), time: 1_700_000_000_000_000_000 + UInt64(number) * 1_000_000,
        originalLength: 14 + payload.bytes.array.count + number % 3)
    }
  }

  static var classicCaptures: [[UInt8]] {
    var captures: [[UInt8]] = []
    for isBig in [false, true] {
      var layout = CaptureFile.Classic()
      layout.isBig = isBig
      captures.append(layout.file(packets(payloads.prefix(4))))
      layout.isNanosecond = true
      captures.append(layout.file(packets(payloads.suffix(12))))
      layout.isNanosecond = false
      layout.isModified = true
      captures.append(layout.file(packets(payloads.prefix(3))))
      layout.isModified = false
      layout.version = (2, 2)
      layout.snapshotLength = 64
      captures.append(layout.file(packets(payloads.prefix(3))))
    }
    captures.append(CaptureFile.Classic().file(packets(payloads)))
    return captures
  }

  static var pcapngCaptures: [[UInt8]] {
    var captures: [[UInt8]] = []
    for isBig in [false, true] {
      let file = CaptureFile.Pcapng(isBig: isBig)
      let interface = file.interface(
        snapshotLength: 262_144,
        options: file.option(2, "eth0") + file.option(3, "shop/web-1") + file.option(9, [9])
          + file.option(1, "here"))
      let plain = packets(payloads.prefix(3)).reduce(
        file.section(options: file.option(1, "all")) + interface
      ) { $0 + file.packet($1, options: file.option(1, "pod") + file.option(2, [1, 0, 0, 0])) }
      captures.append(plain.array)
      // Names, statistics, a simple and an obsolete packet, another section.
      var rich = plain
      rich += file.block(
        4,
        .word16(1, isBig: isBig) + .word16(9, isBig: isBig) + [10, 0, 0, 1]
          + Bytes(Array("web".utf8) + [0]) + .zeros(4) + .zeros(4))
      rich += file.block(
        5, .zeros(12) + file.option(5, .word64(7, isBig: isBig)) + file.option(0, ""))
      let frame = Frame.ethernet(tcp)
      rich += file.block(3, .word32(UInt32(frame.array.count), isBig: isBig) + frame)
      rich += file.block(
        2,
        .zeros(12) + .word32(UInt32(frame.array.count), isBig: isBig)
          + .word32(UInt32(frame.array.count), isBig: isBig) + frame)
      let other = CaptureFile.Pcapng(isBig: !isBig)
      rich += other.section() + other.interface(linkType: 101, options: other.option(9, [0x8a]))
      rich += other.packet(CaptureFile.Packet(udp6.bytes))
      captures.append(rich.array)
    }
    return captures
  }

  /// Captures whose packets belong together.
  static var conversations: [[UInt8]] {
    func segment(_ isAnswer: Bool, _ flags: UInt8, _ host: String = "10.0.0.2") -> Frame.Payload {
      isAnswer
        ? Frame.ipv4(host, "10.0.0.1", Frame.tcp(8080, 40_000, flags: flags))
        : Frame.ipv4("10.0.0.1", host, Frame.tcp(40_000, 8080, flags: flags))
    }
    let handshake = [segment(false, 2), segment(true, 0x12), segment(false, 0x10)]
    let end = [segment(false, 0x11), segment(true, 0x11), segment(false, 0x10)]
    let throughService = [
      Frame.ipv4("10.0.0.1", "10.96.0.1", Frame.tcp(40_001, 80, flags: 2, sequence: 5)),
      Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.tcp(40_001, 8080, flags: 2, sequence: 5)),
      Frame.ipv4("10.0.0.2", "10.0.0.1", Frame.tcp(8080, 40_001, flags: 0x12)),
      Frame.ipv4("10.96.0.1", "10.0.0.1", Frame.tcp(80, 40_001, flags: 0x12)),
    ]
    let fragments = [payloads[6], payloads[7], payloads[7]]
    let refused = [tcp, payloads[4]]
    let answer: Bytes =
      .big(1, 0x8180, 1, 1, 0, 0) + [3, 119, 119, 119, 1, 97, 0] + .big(1, 1)
      + [0xc0, 12] + .big(1, 1, 0, 60, 4) + [203, 0, 113, 7]
    let names = [Frame.ipv4("10.0.0.2", "10.0.0.1", Frame.udp(53, 40_000, answer))]
    return [
      handshake + end + handshake, throughService, fragments, refused, names,
      [outer(Frame.udp(55_555, 4789, vxlan + Frame.ethernet(tcp))), tcp],
    ].map { CaptureFile.Classic().file(packets($0)) }
  }

  // MARK: Manifests

  private static func documents(_ text: String) -> [[UInt8]] {
    text.split(separator: "---\n").map { Array($0.utf8) }
  }

  static var yamlManifests: [[UInt8]] {
    documents(SeedManifests.cluster) + documents(SeedManifests.policies)
      + SeedManifests.unusual.map { Array($0.utf8) } + [Array(SeedManifests.policies.utf8)]
  }

  static var jsonManifests: [[UInt8]] { SeedManifests.json.map { Array($0.utf8) } }
}
