import FlowTracking
import Foundation
import NetworkTypes
import TestSupport
import Testing

/// Whole runs over damaged captures.
@Suite struct `Runs over damaged captures` {
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }

  @Test(arguments: PublicCaptures.names.filter { !$0.hasSuffix(".gz") })
  func `every packet is accounted for, whatever the damage and the number of threads`(
    name: String
  ) throws {
    let original = try [UInt8](Data(contentsOf: URL(filePath: PublicCaptures.path(name))))
    var generator = Generator(state: 0x9e37_79b9_7f4a_7c15)
    for round in 0..<12 {
      var bytes = original
      for _ in 0..<(1 << (round % 5)) {
        let place = Int.random(in: 24..<max(25, bytes.count), using: &generator)
        if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &generator) }
      }
      let file = try TemporaryCapture(bytes)
      defer { withExtendedLifetime(file) {} }
      guard let result = try? CaptureRun(paths: [file.path]).flows() else { continue }
      let summary = result.summary
      #expect(summary.packets.packetCount == summary.captures[0].packetCount)
      let counted = result.flows.reduce(UInt64(0)) { $0 + $1.forward.packets + $1.reverse.packets }
      let ofFlows =
        summary.packets[.flow] + summary.packets[.firstFragment] + summary.tracking.joinedFragments
      #expect(counted + summary.tracking.duplicatePackets == ofFlows)
      #expect(
        summary.tracking.joinedFragments + summary.tracking.orphanFragments
          == summary.packets[.laterFragment])
      let threaded = try CaptureRun(paths: [file.path], options: .init(jobs: 3)).flows()
      #expect(threaded.flows == result.flows)
      #expect(threaded.summary.captures[0].anomalies == summary.captures[0].anomalies)
    }
  }
}
