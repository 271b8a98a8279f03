import Foundation
import PacketCapture

/// A packet that was copied out of a reader's buffer.
struct ReadPacket: Hashable {
  var bytes: [UInt8]
  var timestampNanoseconds: Int64
  var originalLength: UInt32
  var interface: UInt32
  var comments: [String] = []
}

/// All packets of a reader, read in batches of `batchSize`.
func packets(of reader: any CaptureReader, batchSize: Int = 3) -> [ReadPacket] {
  let batch = UnsafeMutableBufferPointer<PacketRecord>.allocate(capacity: batchSize)
  defer { unsafe batch.deallocate() }
  var result: [ReadPacket] = []
  while true {
    let count = unsafe reader.read(into: batch)
    if count == 0 { return result }
    for index in 0..<count {
      let record = unsafe batch[index]
      let bytes = unsafe Array(
        UnsafeRawBufferPointer(start: record.bytes, count: Int(record.capturedLength)))
      result.append(
        unsafe ReadPacket(
          bytes: bytes, timestampNanoseconds: record.timestampNanoseconds,
          originalLength: record.originalLength, interface: record.interface,
          comments: record.comments))
    }
  }
}

/// The captures of other projects, beside the package; absent in a plain clone.
enum PublicCaptures {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/captures-public")

  static let paths: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    if files.isEmpty { print("SKIPPED: no public captures at \(folder.path())") }
    return files.filter { !$0.hasSuffix(".tsv") && !$0.hasSuffix(".md") }.sorted()
      .map { folder.appending(path: $0).path() }
  }()

  static func bytes(_ path: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(filePath: path)))
  }
}

/// A generator whose numbers are the same in every run: xorshift64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed == 0 ? 1 : seed }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
