import NetworkTypes
import Testing

@Suite struct IPAddressTests {
  @Test(arguments: [
    ("0.0.0.0", "0.0.0.0"), ("10.244.1.20", "10.244.1.20"), ("255.255.255.255", "255.255.255.255"),
    ("::", "::"), ("::1", "::1"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("1::", "1::"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("fd10:244:1::20", "fd10:244:1::20"),
    ("::ffff:10.0.0.1", "::ffff:10.0.0.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
  ])
  func `text is read and printed in canonical form`(text: String, canonical: String) throws {
    #expect(try #require(IPAddress(text)).description == canonical)
  }

  @Test(arguments: [
    "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1..2.3", "1.2.3.4 ", "::1::", ":::", "1:2",
    ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "fe80::1%eth0", "1:2:3:4:5:6:7:",
    "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "[::1]",
  ])
  func `anything else is refused`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func `leading zeros are decimal where the API server still accepts them`() {
    #expect(IPAddress(lenient: "010.020.000.001")?.description == "10.20.0.1")
    #expect(IPAddress("010.020.000.001") == nil)
  }

  @Test func `a prefix clears host bits and knows its ends`() throws {
    let prefix = try #require(IPPrefix("10.1.2.3/9"))
    #expect(prefix.description == "10.0.0.0/9")
    #expect(prefix.lastAddress.description == "10.127.255.255")
    let wide = try #require(IPPrefix("fd00:1:2:3:4::/63"))
    #expect(wide.description == "fd00:1:2:2::/63")
    #expect(wide.lastAddress.description == "fd00:1:2:3:ffff:ffff:ffff:ffff")
    #expect(IPPrefix("0.0.0.0/0")?.lastAddress.description == "255.255.255.255")
    #expect(IPPrefix("::/0")?.contains(IPAddress(ipv4: 1)) == false)
  }

  @Test(arguments: [
    "10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "::/+1", "::/01",
  ])
  func `a block without a valid length is refused`(text: String) {
    #expect(IPPrefix(text) == nil)
  }

  @Test func `timestamps print in RFC 3339 with nanoseconds`() {
    #expect(Timestamp(nanoseconds: 0).description == "1970-01-01T00:00:00.000000000Z")
    #expect(
      Timestamp(nanoseconds: 1_582_934_399_123_456_789).description
        == "2020-02-28T23:59:59.123456789Z")
    #expect(Timestamp(nanoseconds: -1).description == "1969-12-31T23:59:59.999999999Z")
    #expect(
      Timestamp(nanoseconds: 1_709_164_800_000_000_000).description
        == "2024-02-29T00:00:00.000000000Z")
  }
}
