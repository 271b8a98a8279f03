import FlowTracking
import NetworkTypes
import TestSupport
import Testing

@Suite struct CaptureObservationsTests {
  /// An answer at the start, then far more flows than are remembered at once.
  private static let packets: [CaptureFile.Packet] = {
    let answer = DNSAnswers.answer(
      "www.example.com",
      records: [
        DNSAnswers.record(DNSAnswers.questionPointer, type: 1, timeToLive: 60, [1, 2, 3, 4])
      ])
    return [DNSAnswers.packet(0, answer)]
      + (0..<5_000).map { number in
        at(
          1 + number,
          Frame.ipv4(
            "10.0.0.1", "1.2.3.4", Frame.tcp(UInt16(10_000 + number), 443, flags: 0x02)))
      }
  }()

  @Test(arguments: [1, 3])
  func `what was observed before a flow is there when the flow is handed out, however early`(
    _ jobs: Int
  ) throws {
    let capture = try TemporaryCapture(CaptureFile.Classic().file(Self.packets))
    try withExtendedLifetime(capture) {
      let observations = CaptureObservations()
      let run = CaptureRun(
        paths: [capture.path],
        options: .init(tracking: .init(maximumFlowCount: 1_024), jobs: jobs))
      let counts = Counts()
      let summary = try run.run(observations: observations) { flow in
        let names = observations.names.names(
          of: flow.tuple.destination, at: flow.startTime ?? Timestamp(nanoseconds: 0))
        if flow.tuple.destinationPort == 443 {
          counts.flows += 1
          if names == ["www.example.com"] { counts.named += 1 }
        }
      }
      #expect(summary.tracking.evictedFlows > 0)
      #expect(counts.flows == 5_000)
      #expect(counts.named == 5_000)
      #expect(observations.names.names == ["www.example.com"])
      #expect(observations.captures.map(\.packetCount) == [5_001])
    }
  }

  @Test func `without a run nothing is observed`() {
    let observations = CaptureObservations()
    #expect(observations.names.isEmpty)
    #expect(observations.pods.isEmpty)
    #expect(observations.captures.isEmpty)
    #expect(observations.revision == 0)
  }

  private final class Counts {
    var flows = 0
    var named = 0
  }
}

private typealias DNSAnswers = `Names from DNS answers`
