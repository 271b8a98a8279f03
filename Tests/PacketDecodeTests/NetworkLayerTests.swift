import NetworkTypes
import PacketDecode
import TestSupport
import Testing

@Suite struct `Network and transport layers` {
  typealias Place = Frame.FragmentPlace

  static func four(_ payload: Frame.Payload) -> Bytes {
    Frame.ethernet(Frame.ipv4("10.0.0.1", "10.0.0.2", payload))
  }

  static func six(_ payload: Frame.Payload, payloadLength: UInt16? = nil) -> Bytes {
    Frame.ethernet(Frame.ipv6(Sample.six, Sample.otherSix, payload, payloadLength: payloadLength))
  }

  @Test(arguments: [
    (four(Frame.tcp(1, 2)), "TCP 10.0.0.1:1 -> 10.0.0.2:2"),
    (four(Frame.udp(65_535, 0)), "UDP 10.0.0.1:65535 -> 10.0.0.2:0"),
    (four(Frame.sctp(3, 4, chunk: 1)), "SCTP 10.0.0.1:3 -> 10.0.0.2:4"),
    (four(Frame.icmp(type: 8)), "ICMP 10.0.0.1:0 -> 10.0.0.2:0"),
    (four(Frame.icmp(type: 8, identifier: 7)), "ICMP 10.0.0.1:7 -> 10.0.0.2:7"),
    (four(Frame.icmp(type: 0, identifier: 7)), "ICMP 10.0.0.1:7 -> 10.0.0.2:7"),
    (four(Frame.icmp(type: 14, identifier: 7)), "ICMP 10.0.0.1:7 -> 10.0.0.2:7"),
    // A router advertisement has none, whatever stands there.
    (four(Frame.icmp(type: 9, identifier: 7)), "ICMP 10.0.0.1:0 -> 10.0.0.2:0"),
    (four(Frame.Payload(bytes: [8, 0, 1, 2, 3], ipProtocol: 1)), "ICMP 10.0.0.1:0 -> 10.0.0.2:0"),
    (four(Frame.Payload(bytes: .zeros(8), ipProtocol: 2)), "2 10.0.0.1:0 -> 10.0.0.2:0"),
    (four(Frame.Payload(bytes: .zeros(32), ipProtocol: 50)), "50 10.0.0.1:0 -> 10.0.0.2:0"),
    (four(Frame.Payload(bytes: [], ipProtocol: 89)), "89 10.0.0.1:0 -> 10.0.0.2:0"),
    (six(Frame.tcp(1, 2)), "TCP [fd00::1]:1 -> [fd00::2]:2"),
    (six(Frame.icmp(type: 135, isVersion6: true)), "ICMPv6 [fd00::1]:0 -> [fd00::2]:0"),
    (
      six(Frame.icmp(type: 128, identifier: 7, isVersion6: true)),
      "ICMPv6 [fd00::1]:7 -> [fd00::2]:7"
    ),
    (six(Frame.Payload(bytes: [], ipProtocol: 59)), "59 [fd00::1]:0 -> [fd00::2]:0"),
  ])
  func `each protocol gives its five-tuple, and echoes their identifier`(
    frame: Bytes, expected: String
  ) {
    #expect(Decoded(frame).description == expected)
  }

  @Test(arguments: [(true, 7), (false, 0)])
  func `an ICMP error gives the identifier of the echo that it quotes, unless not asked to`(
    keeps: Bool, identifier: Int
  ) {
    let echo = Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.icmp(type: 8, identifier: 7))
    let error = Frame.ipv4("10.9.9.9", "10.0.0.1", Frame.icmp(type: 3, code: 1, echo.bytes))
    #expect(
      Decoded(Frame.ethernet(error), options: .init(keepsEchoIdentifiers: keeps)).description
        == "icmp_error ICMP 10.9.9.9:0 -> 10.0.0.1:0, quoted_packet "
        + "ICMP 10.0.0.1:\(identifier) -> 10.0.0.2:\(identifier)")
  }

  @Test(arguments: [
    Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.tcp(7, 8), options: .zeros(40)),
    // The sender's hardware was to cut the packet: no total length, and one of a jumbo frame.
    Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.tcp(7, 8, payloadCount: 9_000)),
    Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.tcp(7, 8, payloadCount: 100_000), totalLength: 0),
  ])
  func `options, large and unknown lengths do not hide the ports`(packet: Frame.Payload) {
    #expect(Decoded(Frame.ethernet(packet)).description == "TCP 10.0.0.1:7 -> 10.0.0.2:8")
  }

  @Test(arguments: [
    Frame.extensionHeader(0, Frame.tcp(7, 8)),
    Frame.extensionHeader(0, Frame.extensionHeader(60, byteCount: 24, Frame.tcp(7, 8))),
    Frame.extensionHeader(43, byteCount: 40, Frame.tcp(7, 8)),
    // An atomic fragment is a whole packet.
    Frame.fragmentHeader(Place(offset: 0, hasMore: false), identification: 1, Frame.tcp(7, 8)),
    Self.authenticated(Frame.tcp(7, 8)),
    Self.authenticated(Frame.extensionHeader(60, Frame.tcp(7, 8))),
    Frame.extensionHeader(0, Self.authenticated(Self.authenticated(Frame.tcp(7, 8)))),
    Self.authenticated(
      Frame.fragmentHeader(Place(offset: 0, hasMore: false), identification: 1, Frame.tcp(7, 8))),
  ])
  func `extension headers and the authentication header are passed`(payload: Frame.Payload) {
    #expect(Decoded(Self.six(payload)).description == "TCP [fd00::1]:7 -> [fd00::2]:8")
  }

  static func authenticated(_ payload: Frame.Payload) -> Frame.Payload {
    Frame.Payload(bytes: [payload.ipProtocol, 4] + .zeros(22) + payload.bytes, ipProtocol: 51)
  }

  @Test func `an authentication header cut off is no transport`() {
    let packet = Self.six(Self.authenticated(Frame.tcp(7, 8)))
    // 20 bytes of TCP, and 10 of the 24 of the header.
    let decoded = Decoded(Array(packet.array.dropLast(30)), .ethernet)
    #expect(decoded.kind == .truncatedNetworkHeader)
  }

  @Test func `an ICMP error quotes what is behind an authentication header`() {
    let inner = Self.authenticated(Frame.tcp(10, 20))
    let quote4 = Frame.ipv4("10.0.0.1", "10.0.0.2", inner).bytes
    // Ten bytes of the header.
    let cut = Frame.icmp(type: 3, code: 3, Bytes(Array(quote4.array.prefix(30))))
    #expect(
      Decoded(Frame.ethernet(Frame.ipv4("10.9.9.9", "10.0.0.1", cut))).kind
        == .icmpErrorWithoutQuote)
    let error4 = Frame.ipv4("10.9.9.9", "10.0.0.1", Frame.icmp(type: 3, code: 3, quote4))
    #expect(
      Decoded(Frame.ethernet(error4)).description
        .hasSuffix("quoted_packet TCP 10.0.0.1:10 -> 10.0.0.2:20"))
    let quote6 = Frame.ipv6(
      Sample.six, Sample.otherSix,
      Frame.extensionHeader(0, Self.authenticated(Frame.extensionHeader(60, Frame.tcp(1, 2))))
    ).bytes
    let error6 = Self.six(Frame.icmp(type: 1, code: 4, quote6, isVersion6: true))
    #expect(
      Decoded(error6).description.hasSuffix("quoted_packet TCP [fd00::1]:1 -> [fd00::2]:2"))
  }

  @Test func `a jumbogram has no payload length`() {
    let payload = Frame.extensionHeader(0, Frame.tcp(7, 8, payloadCount: 70_000))
    #expect(
      Decoded(Self.six(payload, payloadLength: 0)).description == "TCP [fd00::1]:7 -> [fd00::2]:8")
  }

  @Test func `a chain of extension headers hides nothing, however long it is`() {
    var payload = Frame.tcp(7, 8)
    for _ in 0..<200 { payload = Frame.extensionHeader(60, payload) }
    #expect(Decoded(Self.six(payload)).description == "TCP [fd00::1]:7 -> [fd00::2]:8")
  }

  @Test func `fragments are told by offset and identification`() {
    let data = Frame.udp(9, 10, .zeros(40))
    let first = Frame.ipv4(
      "10.0.0.1", "10.0.0.2", data, identification: 77, fragment: Place(offset: 0, hasMore: true))
    let decodedFirst = Decoded(Frame.ethernet(first))
    #expect(
      decodedFirst.description
        == "first_fragment UDP 10.0.0.1:9 -> 10.0.0.2:10, fragment_identity UDP 10.0.0.1:0 -> 10.0.0.2:0"
    )
    #expect(decodedFirst.entries[1].sequence == 77)
    let later = Frame.ipv4(
      "10.0.0.1", "10.0.0.2", Frame.Payload(bytes: .zeros(40), ipProtocol: 17),
      identification: 77, fragment: Place(offset: 6, hasMore: false))
    let decodedLater = Decoded(Frame.ethernet(later))
    #expect(decodedLater.description == "later_fragment UDP 10.0.0.1:0 -> 10.0.0.2:0")
    #expect(decodedLater.entries[0].sequence == 77)

    let firstSix = Frame.fragmentHeader(Place(offset: 0, hasMore: true), identification: 99, data)
    #expect(Decoded(Self.six(firstSix)).kind == .firstFragment)
    let laterSix = Frame.fragmentHeader(
      Place(offset: 181, hasMore: false), identification: 99,
      Frame.Payload(bytes: .zeros(16), ipProtocol: 17))
    #expect(Decoded(Self.six(laterSix)).kind == .laterFragment)
    #expect(Decoded(Self.six(laterSix)).entries[0].sequence == 99)
  }

  static let flagCases: [(Frame.Payload, UInt8, UInt32)] = [
    (Frame.tcp(1, 2, flags: 0x02, sequence: 5), 0x02, 5),
    (Frame.tcp(1, 2, flags: 0x12, sequence: 6), 0x12, 6),
    (Frame.tcp(1, 2, flags: 0x04), 0x04, 0),
    (Frame.sctp(1, 2, chunk: 1, tag: 7), TCPFlags.syn, 7),
    (Frame.sctp(1, 2, chunk: 2, tag: 8), TCPFlags.syn | TCPFlags.ack, 8),
    (Frame.sctp(1, 2, chunk: 6), TCPFlags.rst, 0),
    (Frame.sctp(1, 2, chunk: 14), TCPFlags.fin, 0),
    (Frame.sctp(1, 2, chunk: 0), TCPFlags.ack, 0),
    (Frame.icmp(type: 8), TCPFlags.syn, 0),
    (Frame.icmp(type: 0), TCPFlags.syn | TCPFlags.ack, 0),
    (Frame.icmp(type: 128, isVersion6: true), TCPFlags.syn, 0),
    (Frame.icmp(type: 129, isVersion6: true), TCPFlags.syn | TCPFlags.ack, 0),
  ]

  @Test(arguments: flagCases)
  func `flags say what a packet does in every protocol`(
    payload: Frame.Payload, flags: UInt8, sequence: UInt32
  ) {
    let isSix = payload.ipProtocol == 58
    let entry = Decoded(isSix ? Self.six(payload) : Self.four(payload)).entries[0]
    #expect(entry.tcpFlags == flags)
    #expect(entry.sequence == sequence)
  }

  @Test(arguments: [
    // Port unreachable, fragmentation needed, redirect, time exceeded: which of them refuse.
    (Frame.icmp(type: 3, code: 3, Sample.tcp.bytes), true),
    (Frame.icmp(type: 3, code: 4, Sample.tcp.bytes), false),
    (Frame.icmp(type: 5, Sample.tcp.bytes), false),
    (Frame.icmp(type: 11, Sample.tcp.bytes), true),
    (Frame.icmp(type: 12, Sample.tcp.bytes), true),
  ])
  func `an ICMP error gives the packet that it quotes`(payload: Frame.Payload, refuses: Bool) {
    let packet = Frame.ipv4("10.9.9.9", "10.0.0.1", payload)
    let decoded = Decoded(Frame.ethernet(packet))
    #expect(
      decoded.description
        == "icmp_error ICMP 10.9.9.9:0 -> 10.0.0.1:0, quoted_packet \(Sample.tcpText)")
    #expect((decoded.entries[0].tcpFlags & TCPFlags.rst != 0) == refuses)
  }

  @Test func `an ICMP error may quote as little as the ports`() {
    // RFC 792: the header and eight bytes of a packet that was longer.
    let quote = Bytes(
      Array(
        Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.udp(40_000, 53, .zeros(600))).bytes.array.prefix(
          28)))
    let packet = Frame.ipv4("10.9.9.9", "10.0.0.1", Frame.icmp(type: 3, code: 3, quote))
    #expect(
      Decoded(Frame.ethernet(packet)).description.hasSuffix(
        "quoted_packet UDP 10.0.0.1:40000 -> 10.0.0.2:53"))
    let six = Bytes(Array(Frame.extensionHeader(0, Frame.udp(1, 2)).bytes.array))
    let inner = Frame.ipv6(
      Sample.six, Sample.otherSix, Frame.Payload(bytes: six, ipProtocol: 0))
    let error = Frame.ipv6(
      Sample.otherSix, Sample.six, Frame.icmp(type: 1, code: 4, inner.bytes, isVersion6: true))
    #expect(
      Decoded(Frame.ethernet(error)).description.hasSuffix(
        "quoted_packet UDP [fd00::1]:1 -> [fd00::2]:2"))
  }

  @Test(arguments: [Bytes(), .zeros(20), Bytes([0x45] + Array(repeating: 0, count: 19))])
  func `an ICMP error that quotes nothing readable is counted as such`(quote: Bytes) {
    let packet = Frame.ipv4("10.9.9.9", "10.0.0.1", Frame.icmp(type: 3, code: 1, quote))
    // The last quote is an IP header of protocol 0: readable.
    let expected: PacketKind = quote.array.first == 0x45 ? .icmpError : .icmpErrorWithoutQuote
    #expect(Decoded(Frame.ethernet(packet)).kind == expected)
  }

  @Test func `impossible headers are malformed, not flows`() {
    var shortHeader = Self.four(Frame.tcp(1, 2)).array
    shortHeader[14] = 0x44
    #expect(Decoded(shortHeader, .ethernet).kind == .malformedNetworkHeader)
    var wrongVersion = Self.four(Frame.tcp(1, 2)).array
    wrongVersion[14] = 0x65
    #expect(Decoded(wrongVersion, .ethernet).kind == .malformedNetworkHeader)
    let shortTotal = Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.tcp(1, 2), totalLength: 19)
    #expect(Decoded(Frame.ethernet(shortTotal)).kind == .malformedNetworkHeader)
  }

  @Test func `bytes behind the datagram are padding, not ports`() {
    let header = Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.tcp(1, 2), totalLength: 20)
    #expect(Decoded(Frame.ethernet(header)).kind == .truncatedTransportHeader)
  }
}
