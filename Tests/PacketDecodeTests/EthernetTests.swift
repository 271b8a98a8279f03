import NetworkTypes
import PacketDecode
import Testing

@Suite struct `Ethernet frames` {
  @Test func `a plain TCP segment gives its five-tuple and flags`() {
    var frame: [UInt8] = Array(repeating: 0, count: 12) + [8, 0]
    frame += [0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
    frame += [0x80, 0, 0, 80, 0, 0, 0, 7, 0, 0, 0, 0, 0x50, 0x12, 0, 0, 0, 0, 0, 0]
    var entries = [DecodedPacket(), DecodedPacket()]
    let count = unsafe entries.withUnsafeMutableBufferPointer { entries in
      unsafe frame.withUnsafeBytes { bytes in
        unsafe PacketDecoder().decode(
          bytes.baseAddress!, capturedLength: bytes.count, linkType: .ethernet,
          into: entries.baseAddress!)
      }
    }
    #expect(count == 1)
    #expect(entries[0].kind == .flow)
    #expect(entries[0].tuple.description == "TCP 10.0.0.1:32768 -> 10.0.0.2:80")
    #expect(entries[0].tcpFlags == 0x12)
    #expect(entries[0].sequence == 7)
  }
}
