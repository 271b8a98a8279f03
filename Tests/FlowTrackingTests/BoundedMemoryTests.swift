import FlowTracking
import NetworkTypes
import TestSupport
import Testing

@Suite struct `Bounded memory` {
  /// `count` datagrams, each of another flow, a millisecond apart, and again in the same order.
  static func packets(_ count: Int, rounds: Int = 1) -> [CaptureFile.Packet] {
    (0..<count * rounds).map { number in
      let flow = number % count
      return at(
        number,
        Frame.ipv4(
          "10.\(flow >> 16 & 255).\(flow >> 8 & 255).\(flow & 255)", "10.255.0.1",
          Frame.udp(1000, 53)))
    }
  }

  @Test func `no flow is lost when more come than are remembered`() throws {
    let file = CaptureFile.Classic().file(Self.packets(6_000))
    let temporary = try TemporaryCapture(file)
    defer { withExtendedLifetime(temporary) {} }
    var options = FlowTrackerOptions()
    options.maximumFlowCount = 1024
    let run = CaptureRun(paths: [temporary.path], options: .init(tracking: options))
    let result = try run.flows()
    #expect(result.flows.count == 6_000)
    #expect(Set(result.flows.map(\.tuple)).count == 6_000)
    #expect(result.summary.tracking.evictedFlows >= 6_000 - 1024)
    // Sorted although most were handed out early.
    #expect(result.flows.map { $0.startTime! } == result.flows.map { $0.startTime! }.sorted())
  }

  @Test func `packets of evicted flows are all counted`() throws {
    var options = FlowTrackerOptions()
    options.maximumFlowCount = 1024
    let result = try track(Self.packets(3_000, rounds: 3), options: options)
    #expect(result.flows.reduce(0) { $0 + $1.forward.packets } == 9_000)
  }

  @Test func `an idle timeout splits a five-tuple at the pause`() throws {
    let packets = [0, 1_000, 12_000, 12_500].map {
      at($0, Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.udp(1, 2)))
    }
    var options = FlowTrackerOptions()
    options.idleTimeoutNanoseconds = 10_000_000_000
    #expect(try track(packets, options: options).flows.map(\.forward.packets) == [2, 2])
    options.idleTimeoutNanoseconds = 11_000_000_000
    #expect(try track(packets, options: options).flows.map(\.forward.packets) == [4])
  }

  @Test func `idle flows are handed out while packets still come`() throws {
    let temporary = try TemporaryCapture(CaptureFile.Classic().file(Self.packets(3_000)))
    defer { withExtendedLifetime(temporary) {} }
    var options = FlowTrackerOptions()
    options.idleTimeoutNanoseconds = 100_000_000
    let run = CaptureRun(paths: [temporary.path], options: .init(tracking: options))
    let result = try run.flows()
    #expect(result.flows.count == 3_000)
    #expect(result.summary.tracking.evictedFlows > 2_000)
  }

  @Test func `groups of views are evicted together`() throws {
    let packets = Self.packets(3_000)
    var options = FlowTrackerOptions()
    options.maximumFlowCount = 1500
    let result = try track(packets, packets, options: options)
    #expect(result.flows.count == 3_000)
    #expect(result.summary.tracking.duplicatePackets == 3_000)
  }

  @Test func `the same captures give the same flows every time`() throws {
    // The table's hash is keyed at random: nothing may depend on it.
    let packets = Self.packets(2_000, rounds: 2)
    var options = FlowTrackerOptions()
    options.maximumFlowCount = 1024
    let first = try track(packets, packets, options: options)
    for _ in 0..<5 {
      let again = try track(packets, packets, options: options)
      #expect(again.flows == first.flows)
      #expect(again.summary.tracking == first.summary.tracking)
    }
  }

  @Test func `closed flows are handed out before open ones that have been idle for as long`() throws
  {
    // 600 closed connections among 600 open ones, then datagrams that need room.
    let open = (0..<600).flatMap { number in
      handshake(number, "10.1.0.1", UInt16(2_000 + number), "10.2.0.1", 80)
    }
    let closed = (0..<600).flatMap { number in
      handshake(number, "10.1.0.2", UInt16(2_000 + number), "10.2.0.1", 80) + [
        at(
          number + 3,
          segment("10.1.0.2", UInt16(2_000 + number), "10.2.0.1", 80, flags: 0x14))
      ]
    }
    let first = (open + closed).sorted { $0.time < $1.time }
    let later = (0..<300).map { number in
      at(
        10_000 + number,
        Frame.ipv4("10.3.\(number / 250).\(number % 250)", "10.4.0.1", Frame.udp(1, 2)))
    }
    let temporary = try TemporaryCapture(CaptureFile.Classic().file(first + later))
    defer { withExtendedLifetime(temporary) {} }
    var options = FlowTrackerOptions()
    options.maximumFlowCount = 1280
    let early = FlowList()
    let run = CaptureRun(paths: [temporary.path], options: .init(tracking: options))
    let summary = try run.run(sink: { early.flows.append($0) })
    let evicted = early.flows.prefix(Int(summary.tracking.evictedFlows))
    #expect(!evicted.isEmpty)
    #expect(evicted.allSatisfy { $0.tuple.source == IPAddress("10.1.0.2") })
    #expect(early.flows.count == 1_500)
  }

  /// Found by fuzzing: when all flows were idle at once, packets whose records had been looked up before counted for flows
  /// that were gone.
  @Test(arguments: 0..<20) func `no packet is lost when all flows are idle at once`(seed: UInt64)
    throws
  {
    var generator = Generator(state: seed &* 0x9e37_79b9_7f4a_7c15 | 1)
    var time = 0
    let packets = (0..<400).map { _ in
      // Pauses, and times that go back.
      time += [1, 1, 2, 5_000, -3_000].randomElement(using: &generator)!
      let host = Int.random(in: 1...4, using: &generator)
      return at(time + 10_000_000, segment("10.0.0.\(host)", 1000, "10.0.1.1", 80))
    }
    var options = FlowTrackerOptions()
    options.idleTimeoutNanoseconds = 1_000_000_000
    let result = try track(packets, options: options)
    #expect(result.summary.tracking.evictedFlows > 0)
    #expect(result.flows.reduce(0) { $0 + $1.forward.packets + $1.reverse.packets } == 400)
  }

  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }
}

/// Flows in the order in which they were handed out.
private final class FlowList {
  var flows: [Flow] = []
}
