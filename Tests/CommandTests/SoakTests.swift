import Foundation
import SyntheticCluster
import TestSupport
import Testing

/// A capture through standard input of which little may be remembered; `Scripts/soak` does the same with 20 GB.
struct SoakTests {
  #if DEBUG
    private static let megabytes = 30
  #else
    private static let megabytes = 200
  #endif

  private static let traffic = SoakTraffic(
    flowCount: megabytes * 250, byteCount: megabytes * 1_000_000, podCount: 2_000, waveCount: 900)

  @Test(arguments: ["flows -", "audit - --cluster cluster.yaml"], ["1", "2"])
  func `no flow of a stream is lost or invented, and memory stays bounded`(
    _ command: String, _ jobs: String
  ) throws {
    let words = command.split(separator: " ").map(String.init)
    let run = try Flowverdict.runStreaming(
      words + ["-o", "csv", "--max-flows", "2048", "--jobs", jobs], SoakStream(Self.traffic))
    var count = SoakCount(Self.traffic)
    count.take(run.output)
    #expect(run.status == 0)
    #expect(count.problems == [])
    #expect(count.bytes == run.stream.frameByteCount)
    #expect(run.stream.byteCount > UInt64(Self.traffic.byteCount) * 9 / 10)
    // 32 MiB are those of the program at its start, of buffers, and of what it decodes ahead. Sanitizers take more.
    if Flowverdict.sanitizer == nil {
      #expect(run.peakByteCount < 64 << 20, "\(run.peakByteCount)")
    }
  }

  @Test func `a flow that is missing, comes twice or differs is told`() throws {
    let traffic = SoakTraffic(flowCount: 40, byteCount: 100_000, podCount: 9, waveCount: 7)
    var stream = SoakStream(traffic)
    var capture: [UInt8] = []
    while let piece = stream.makePiece() { capture += piece }
    let run = try Flowverdict.run("flows - -o csv", input: capture)
    func problems(_ change: (inout [String]) -> Void) -> Int {
      var lines = run.output.split(separator: "\n").map(String.init)
      change(&lines)
      var count = SoakCount(traffic)
      for line in lines { count.take((line + "\n").utf8) }
      return count.problems.count
    }
    #expect(problems { _ in } == 0)
    #expect(problems { $0.swapAt(1, 2) } == 0)
    #expect(problems { $0.removeLast() } == 3)
    #expect(problems { $0.append($0[1]) } == 3)
    #expect(problems { $0[3] = $0[3].replacing("established", with: "refused") } == 1)
    #expect(problems { $0[3] = $0[3].replacing(",10.0.0.", with: ",10.0.9.") } > 1)
  }
}
