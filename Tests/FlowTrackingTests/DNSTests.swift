import FlowTracking
import NetworkTypes
import TestSupport
import Testing

@Suite struct `Names from DNS answers` {
  static func name(_ text: String) -> Bytes {
    text.split(separator: ".").reduce(Bytes()) {
      $0 + [UInt8($1.utf8.count)] + Bytes(Array($1.utf8))
    } + [0]
  }

  static func record(_ owner: Bytes, type: UInt16, timeToLive: UInt32, _ data: Bytes) -> Bytes {
    owner + .big(type, 1) + .word32(timeToLive, isBig: true)
      + .big(UInt16(data.array.count)) + data
  }

  /// An answer to one question.
  static func answer(
    _ question: String, flags: UInt16 = 0x8180, records: [Bytes], count: UInt16? = nil
  ) -> Bytes {
    let header = Bytes.big(7, flags, 1, count ?? UInt16(records.count), 0, 0)
    return records.reduce(header + name(question) + .big(1, 1)) { $0 + $1 }
  }

  static func packet(_ time: Int, _ message: Bytes) -> CaptureFile.Packet {
    at(time, Frame.ipv4("10.96.0.10", "10.244.1.5", Frame.udp(53, 5353, message)))
  }

  /// The question's name, as records point to it.
  static let questionPointer: Bytes = [0xc0, 12]

  static func time(_ seconds: Int) -> Timestamp {
    Timestamp(nanoseconds: 1_700_000_000_000_000_000 + Int64(seconds) * 1_000_000_000)
  }

  @Test func `an address belongs to the name for the time to live`() throws {
    let message = Self.answer(
      "API.Example.com",
      records: [
        Self.record(Self.questionPointer, type: 1, timeToLive: 60, [1, 2, 3, 4]),
        Self.record(Self.questionPointer, type: 28, timeToLive: 30, [0x20, 1] + .zeros(13) + [9]),
      ])
    let names = try track([Self.packet(0, message)]).summary.names
    #expect(names.names == ["api.example.com"])
    let four = IPAddress("1.2.3.4")!
    #expect(names.addresses(of: "api.example.com") == [four, IPAddress("2001::9")!])
    #expect(names.names(of: four, at: Self.time(0)) == ["api.example.com"])
    #expect(names.names(of: four, at: Self.time(60)) == ["api.example.com"])
    #expect(names.names(of: four, at: Self.time(61)).isEmpty)
    #expect(names.names(of: four, at: Self.time(-1)).isEmpty)
    #expect(
      names.names(of: four, at: Self.time(90), graceNanoseconds: 30_000_000_000)
        == ["api.example.com"])
  }

  @Test func `every name of a chain of aliases leads to the address, for the least time to live`()
    throws
  {
    let message = Self.answer(
      "www.example.com",
      records: [
        Self.record(Self.questionPointer, type: 5, timeToLive: 300, Self.name("cdn.example.net")),
        Self.record(
          Self.name("cdn.example.net"), type: 5, timeToLive: 20, Self.name("edge.example.org")),
        Self.record(Self.name("edge.example.org"), type: 1, timeToLive: 100, [9, 9, 9, 9]),
        // Of another name: not what was asked for.
        Self.record(Self.name("other.example.org"), type: 1, timeToLive: 100, [8, 8, 8, 8]),
      ])
    let names = try track([Self.packet(0, message)]).summary.names
    let address = IPAddress("9.9.9.9")!
    #expect(
      names.names(of: address, at: Self.time(20))
        == ["cdn.example.net", "edge.example.org", "www.example.com"])
    #expect(names.names(of: address, at: Self.time(21)) == ["edge.example.org"])
    #expect(names.names(of: IPAddress("8.8.8.8")!, at: Self.time(0)).isEmpty)
  }

  @Test func `repeated answers extend the span, and gaps stay gaps`() throws {
    let message = Self.answer(
      "a.b", records: [Self.record(Self.questionPointer, type: 1, timeToLive: 10, [1, 1, 1, 1])])
    let names = try track([
      Self.packet(0, message), Self.packet(8_000, message), Self.packet(40_000, message),
    ]).summary.names
    let address = IPAddress("1.1.1.1")!
    let known = [0, 10, 18, 19, 39, 40, 50, 51].filter {
      !names.names(of: address, at: Self.time($0)).isEmpty
    }
    #expect(known == [0, 10, 18, 40, 50])
    #expect(names.answerCount == 3)
  }

  @Test(arguments: [
    // A question, an error, another operation, more than one question.
    answer(
      "a.b", flags: 0x0100,
      records: [record(questionPointer, type: 1, timeToLive: 9, [1, 1, 1, 1])]),
    answer(
      "a.b", flags: 0x8183,
      records: [record(questionPointer, type: 1, timeToLive: 9, [1, 1, 1, 1])]),
    answer(
      "a.b", flags: 0xa180,
      records: [record(questionPointer, type: 1, timeToLive: 9, [1, 1, 1, 1])]),
    // A name that points at itself, forwards, or beyond the end; an alias of itself.
    answer("a.b", records: [record([0xc0, 21], type: 1, timeToLive: 9, [1, 1, 1, 1])]),
    answer("a.b", records: [record([0xc0, 200], type: 1, timeToLive: 9, [1, 1, 1, 1])]),
    answer("a.b", records: [record(questionPointer, type: 5, timeToLive: 9, name("a.b"))]),
    answer("a.b", records: [], count: 60_000), Bytes([1, 2, 3]),
  ])
  func `what is no sound answer says nothing`(message: Bytes) throws {
    #expect(try track([Self.packet(0, message)]).summary.names.isEmpty)
  }

  @Test func `an answer that is cut anywhere is read as far as it goes`() throws {
    let message = Self.answer(
      "a.example",
      records: (1...3).map {
        Self.record(Self.questionPointer, type: 1, timeToLive: 60, [UInt8($0), 1, 1, 1])
      })
    for count in 0...message.array.count {
      let names = try track([
        Self.packet(0, Bytes(Array(message.array.prefix(count))))
      ]).summary.names
      #expect(names.addresses(of: "a.example").count == max(0, (count - 27) / 16))
    }
  }

  @Test func `answers behind tags and in IPv6 are found`() throws {
    let message = Self.answer(
      "a.b", records: [Self.record(Self.questionPointer, type: 1, timeToLive: 10, [1, 1, 1, 1])])
    let tagged = Frame.ethernet(
      Frame.tagged(Frame.ipv4("10.96.0.10", "10.244.1.5", Frame.udp(53, 5353, message))))
    let six = Frame.ethernet(
      Frame.ipv6(
        [0xfd00, 0, 0, 0, 0, 0, 0, 1], [0xfd00, 0, 0, 0, 0, 0, 0, 2], Frame.udp(53, 9, message)))
    for frame in [tagged, six] {
      #expect(try track([at(0, frame)]).summary.names.names == ["a.b"])
    }
  }
}
