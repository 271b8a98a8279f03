import Measurement
import Testing

@Suite struct SamplesTests {
  static func reading(wall: Int64, thread: Int64, process: Int64) -> ClockReading {
    ClockReading(wall: wall, threadCPU: thread, processCPU: process)
  }

  @Test func `least and median are of the thread's or the process's time, as asked`() {
    var thread = Samples()
    var process = Samples(.process)
    for (index, nanoseconds) in [50, 10, 30, 90, 20].enumerated() {
      let value = Int64(nanoseconds)
      let reading = Self.reading(wall: Int64(index), thread: value, process: 2 * value)
      thread.append(reading)
      process.append(reading)
    }
    #expect(thread.minimumCPU == 10)
    #expect(thread.medianCPU == 30)
    #expect(process.minimumCPU == 20)
    #expect(process.medianCPU == 60)
    #expect(thread.minimumWall == 0)
    #expect(thread.medianWall == 2)
  }

  @Test func `tasks take turns, and warm ones run once more before the clock starts`() throws {
    final class Log { var names: [String] = [] }
    let log = Log()
    var tasks = [
      TimedTask("a", unitCount: 1) { round in
        log.names.append("a\(round)")
        return 1
      },
      TimedTask("b", unitCount: 1, isWarm: true) { round in
        log.names.append("b\(round)")
        return 2
      },
    ]
    try tasks.runInterleaved(rounds: 2, warmUpRounds: 0)
    #expect(log.names == ["a0", "b0", "b0", "a1", "b1", "b1"])
    #expect(tasks.map(\.checksum) == [2, 4])
    #expect(tasks.map(\.samples.count) == [2, 2])
  }

  @Test func `the peak of memory starts again when it is reset`() throws {
    guard ProcessMemory.resetPeak() else { return }
    let before = try #require(ProcessMemory.peakByteCount)
    let block = [UInt8](repeating: 1, count: 64 << 20)
    let after = try #require(ProcessMemory.peakByteCount)
    #expect(after - before >= 60 << 20)
    #expect(block[block.count / 2] == 1)
  }
}
