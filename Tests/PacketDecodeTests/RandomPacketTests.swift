import NetworkTypes
import PacketDecode
import TestSupport
import Testing

@Suite struct `Random packets` {
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }

  static let linkTypes: [LinkType] = [
    .ethernet, .linuxCooked, .linuxCooked2, .raw, .ipv4, .ipv6, .null, .loop, .ppp, .pppHDLC,
    .pppoe,
    .ciscoHDLC, .mpls, .netfilterLog, .pppWithDirection,
  ]

  @Test(arguments: linkTypes)
  func `any bytes decode to some kind, and the same bytes to the same`(linkType: LinkType) {
    var generator = Generator(state: 0x2545_f491_4f6c_dd1d ^ UInt64(linkType.rawValue))
    for _ in 0..<400 {
      let count = Int.random(in: 0...120, using: &generator)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let first = Decoded(bytes, linkType)
      #expect(first.description == Decoded(bytes, linkType).description)
    }
  }

  @Test(arguments: Tunnels.cases)
  func `mutated tunnel packets decode to some kind`(item: Tunnels.Case) {
    var generator = Generator(state: 0x9e37_79b9_7f4a_7c15)
    let original = Frame.ethernet(item.packet).array
    for _ in 0..<300 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 12..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      let decoded = Decoded(bytes, .ethernet)
      #expect(
        decoded.entries.count
          == (decoded.kind == .icmpError || decoded.kind == .firstFragment ? 2 : 1))
    }
  }

  @Test func `the fast path and the walk agree on every plain frame`() {
    var generator = Generator(state: 77)
    for _ in 0..<3_000 {
      let port = [53, 4789, 8472, 4790, 6081, 443, 5432].randomElement(using: &generator)!
      let payload: Frame.Payload =
        Bool.random(using: &generator)
        ? Frame.tcp(
          UInt16.random(in: 0...65_535, using: &generator), UInt16(port),
          flags: UInt8.random(in: 0...255, using: &generator))
        : Frame.udp(UInt16.random(in: 0...65_535, using: &generator), UInt16(port), .zeros(20))
      var bytes = Frame.ethernet(Frame.ipv4("10.1.2.3", "10.3.2.1", payload)).array
      if Bool.random(using: &generator) {
        bytes[Int.random(in: 12..<38, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      // Behind an 802.1Q tag the same packet takes the slow way.
      let tagged = Array(bytes[..<12]) + [0x81, 0, 0, 5] + Array(bytes[12...])
      #expect(
        Decoded(bytes, .ethernet).description == Decoded(tagged, .ethernet).description
          || Decoded(bytes, .ethernet).kind == .notIP)
    }
  }
}
