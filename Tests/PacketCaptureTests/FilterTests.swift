import NetworkTypes
import PacketCapture
import TestSupport
import Testing

@Suite struct `Packet filters` {
  static let frames = [
    Frame.ethernet(Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.tcp(1, 80))),
    Frame.ethernet(Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.udp(1, 53))),
    Frame.ethernet(Frame.ipv4("10.0.0.3", "10.0.0.2", Frame.tcp(1, 443))),
  ]

  @Test(arguments: [
    ("tcp", [0, 2]), ("udp port 53", [1]), ("host 10.0.0.3", [2]), ("", [0, 1, 2]), ("icmp", []),
  ])
  func `only matching packets are handed out`(expression: String, expected: [Int]) throws {
    let bytes = CaptureFile.Classic().file(Self.frames.map { CaptureFile.Packet($0) })
    let reader = try openCapture(
      bytes: bytes, options: CaptureReadingOptions(filter: expression))
    #expect(packets(of: reader).map(\.bytes) == expected.map { Self.frames[$0].array })
    #expect(reader.packetCount == 3)
    #expect(reader.filteredPacketCount == UInt64(3 - expected.count))
  }

  @Test func `a filter is compiled for the link type of each interface`() throws {
    let file = CaptureFile.Pcapng()
    let raw = Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.tcp(1, 80)).bytes
    let blocks =
      file.section() + file.interface() + file.interface(linkType: 101)
      + file.packet(CaptureFile.Packet(Self.frames[0]))
      + file.packet(CaptureFile.Packet(Self.frames[1]))
      + file.packet(CaptureFile.Packet(raw, interface: 1))
    let reader = try openCapture(
      bytes: blocks.array, options: CaptureReadingOptions(filter: "tcp port 80"))
    #expect(packets(of: reader).map(\.interface) == [0, 1])
    #expect(reader.anomalyCount == 0)
  }

  @Test func `packets of a link type that the filter cannot be compiled for are reported`() throws {
    let file = CaptureFile.Pcapng()
    let raw = Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.tcp(1, 80)).bytes
    let blocks =
      file.section() + file.interface(linkType: 101) + file.packet(CaptureFile.Packet(raw))
      + file.packet(CaptureFile.Packet(raw))
    let reader = try openCapture(
      bytes: blocks.array, options: CaptureReadingOptions(filter: "ether host 1:2:3:4:5:6"))
    #expect(packets(of: reader).isEmpty)
    #expect(reader.anomalies.map(\.action) == [.skipped])
  }

  @Test(arguments: [
    (101, "ether host 1:2:3:4:5:6", false), (101, "tcp port 80", true),
    (1, "ether host 1:2:3:4:5:6", true), (1, "wlan type mgt", false), (276, "ifindex 3", true),
  ])
  func `a classic capture's filter must be valid for its link type`(
    linkType: UInt32, expression: String, isValid: Bool
  ) throws {
    var layout = CaptureFile.Classic()
    layout.linkType = linkType
    let open = {
      try openCapture(
        bytes: layout.file([]), options: CaptureReadingOptions(filter: expression))
    }
    if isValid {
      _ = try open()
    } else {
      #expect(throws: CaptureError.self) { _ = try open() }
    }
  }

  @Test func `an invalid filter is refused with libpcap's words`() {
    let bytes = CaptureFile.Classic().file([])
    #expect {
      _ = try openCapture(bytes: bytes, options: CaptureReadingOptions(filter: "tcp prot 80"))
    } throws: { error in
      (error as? CaptureError)?.code == .invalidFilter
    }
  }
}
