import Foundation
import TestSupport
import Testing

/// Slips of the user that would quietly answer another question.
@Suite struct SlipTests {
  @Test func `a dump without any object ends with 2`() throws {
    let run = try Flowverdict.run("check connections.tsv --cluster -", input: [])
    #expect(run.status == 2)
    #expect(run.errors.contains("no namespace, node, pod or Service"))
  }

  @Test func `policies without any policy are warned about, quiet or not`() throws {
    let run = try Flowverdict.run(
      "check connections.tsv --cluster cluster.yaml --policies - --quiet",
      input: Array("---\n".utf8))
    #expect(run.errors.contains("warning: -: no policy; everything is allowed"))
  }

  @Test func `a table of connections without any ends with 2`() throws {
    let table = "source\tdestination\tprotocol\tport\n"
    let run = try Flowverdict.run("check - --cluster cluster.yaml", input: Array(table.utf8))
    #expect(run.status == 2)
    #expect(!run.output.contains("as expected"))
    #expect(run.errors.contains("there is no connection to check"))
  }

  @Test func `a table may begin with a byte order mark`() throws {
    let table = "\u{feff}source\tdestination\tprotocol\tport\nshop/web\tshop/db\tTCP\t3306\n"
    let run = try Flowverdict.run("check - --cluster cluster.yaml", input: Array(table.utf8))
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func `an IPv4-mapped address is the IPv4 address`() throws {
    let table =
      "source\tdestination\tprotocol\tport\n::ffff:192.0.2.7\tshop/db\tTCP\t3306\n"
    let run = try Flowverdict.run(
      "check - --cluster cluster.yaml -o csv", input: Array(table.utf8))
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("192.0.2.7"))
    #expect(!run.output.contains("::ffff"))
  }

  @Test func `a packet that the snap length cut is named by its number, on both streams`() throws {
    // Classic pcap, little-endian, Ethernet: a whole ARP frame, then an IPv4 frame of which 24 bytes were kept.
    var capture: [UInt8] = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    capture += [0xff, 0xff, 0, 0, 1, 0, 0, 0]
    func record(_ type: [UInt8], captured: UInt8, original: UInt8) {
      capture += [1, 0, 0, 0, 0, 0, 0, 0, captured, 0, 0, 0, original, 0, 0, 0]
      let frame = [UInt8](repeating: 2, count: 12) + type + [0x45]
      capture += frame + [UInt8](repeating: 0, count: Int(captured) - frame.count)
    }
    record([0x08, 0x06], captured: 42, original: 42)
    record([0x08, 0x00], captured: 24, original: 74)
    let run = try Flowverdict.run("flows -", input: capture)
    #expect(run.status == 2)
    let place = "first packet 2 of -"
    #expect(run.output.contains("truncated network header, \(place)"), "\(run.output)")
    let csv = try Flowverdict.run("flows - -o csv", input: capture)
    #expect(csv.status == 2)
    #expect(csv.errors.contains("the result is incomplete"))
    #expect(csv.errors.contains(place))
  }
}
