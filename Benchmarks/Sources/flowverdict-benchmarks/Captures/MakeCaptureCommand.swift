import ArgumentParser
import ClusterModel
import Foundation
import NetworkTypes

struct MakeCaptureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make-capture",
    abstract: "Writes a capture for the capture benchmark; the same bytes everywhere.")

  @Argument(help: "small (10M frames of 60 bytes) or mixed (2M frames up to 1514 bytes).")
  var recipe: CaptureRecipe

  @Argument(help: "The file to write.")
  var path: String

  @Flag(help: "pcapng instead of pcap.")
  var pcapng = false

  func run() throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw BenchmarkError("\(path) cannot be written") }
    var random = XorShift()
    let payload = (0..<65_536).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let flows = recipe.makeFlows()
    let clientPorts = flows.map { _ in UInt16(32_768 + random.number(below: 28_000)) }
    var sequences = flows.map { _ in UInt32(truncatingIfNeeded: random.next()) }
    var writer = FrameWriter(payload: payload, format: pcapng ? .pcapng : .pcap)
    writer.writeFileHeader()
    var microseconds = 1_700_000_000_000_000
    for frame in 0..<recipe.frameCount {
      // Every flow once, then any flow in any direction.
      let isFirst = frame < flows.count
      let flow = isFirst ? frame : random.number(below: flows.count)
      let size = makeSize(&random)
      microseconds += recipe.microsecondsPerFrame
      writer.writeFrame(
        flows[flow], clientPort: clientPorts[flow],
        isReply: !isFirst && random.number(below: 2) == 1,
        isSYN: isFirst, sequence: sequences[flow], size: size,
        payloadStart: random.number(below: 60_000), microseconds: microseconds)
      sequences[flow] &+= UInt32(size)
      if writer.bytes.count > 4 << 20 {
        try file.write(contentsOf: Data(writer.bytes))
        writer.bytes.removeAll(keepingCapacity: true)
      }
    }
    try file.write(contentsOf: Data(writer.bytes))
    try file.close()
  }

  private func makeSize(_ random: inout XorShift) -> Int {
    guard recipe == .mixed else { return 60 }
    switch random.number(below: 100) {
    case 0..<35: return 66
    case 35..<45: return 100 + random.number(below: 501)
    default: return 1514
    }
  }
}

/// Marsaglia's 64-bit xorshift.
private struct XorShift {
  private var state: UInt64 = 0x2545_f491_4f6c_dd1d

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func number(below bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
