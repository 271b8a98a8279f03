import Foundation
import TestSupport
import Testing

@testable import PacketCapture

/// A file used in place gives what a file copied into a buffer gives.
@Suite struct `Mapped captures` {
  /// Everything that a reader says.
  struct Everything: Equatable {
    var packets: [ReadPacket]
    var anomalies: [CaptureAnomaly]
    var anomalyCount: UInt64
    var untimedPacketCount: UInt64
    var interfaces: String
    var comments: [String]
    var byteOffset: UInt64

    init(_ reader: any CaptureReader) {
      packets = PacketCaptureTests.packets(of: reader, batchSize: 64)
      anomalies = reader.anomalies
      anomalyCount = reader.anomalyCount
      untimedPacketCount = reader.untimedPacketCount
      interfaces = "\(reader.interfaces)"
      comments = reader.metadata.comments
      byteOffset = reader.byteOffset
    }
  }

  /// Reads with the windows of a large file, and with small ones, so that a small file has several.
  static func compareForms(_ file: TemporaryFile, resynchronises: Bool) throws {
    func options(_ mapping: CaptureReadingOptions.Mapping) -> CaptureReadingOptions {
      CaptureReadingOptions(resynchronises: resynchronises, mapping: mapping)
    }
    func read(_ mapping: CaptureReadingOptions.Mapping) -> Result<Everything, CaptureError> {
      Result { () throws(CaptureError) in
        Everything(try openCapture(path: file.path, options: options(mapping)).reader)
      }
    }
    let copied = read(.never)
    #expect(read(.allFiles) == copied)
    guard case .success(let expected) = copied,
      let mapping = FileMapping(
        capture: try FileSource(path: file.path), options: options(.allFiles))
    else { return }
    for windowByteCount in [1, 4_096, 150_000] {
      let buffer = CaptureBuffer(
        mapping, offset: 0, firstByteCount: 100, windowByteCount: windowByteCount)
      let reader = try openCapture(buffer, name: "capture", options: options(.allFiles))
      #expect(Everything(reader) == expected)
    }
  }

  @Test(arguments: PublicCaptures.paths)
  func `public captures read the same, whole, cut and damaged`(path: String) throws {
    let original = try PublicCaptures.bytes(path)
    let file = try TemporaryFile(original)
    try Self.compareForms(file, resynchronises: false)
    var generator = SeededGenerator(seed: 0x9e37_79b9_7f4a_7c15)
    for round in 0..<6 {
      var bytes = original
      for _ in 0...(round % 4) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
          UInt8.random(in: 0...255, using: &generator)
      }
      if round > 2 {
        bytes.removeLast(Int.random(in: 0...min(2_000, bytes.count / 2), using: &generator))
      }
      try Self.compareForms(TemporaryFile(bytes), resynchronises: round % 2 == 0)
    }
  }

  @Test(arguments: ["pcap", "pcapng"])
  func `inputs that fuzzing found read the same`(format: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fuzz/corpus/\(format)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path())
    #expect(!names.isEmpty)
    for name in names {
      let file = try TemporaryFile([UInt8](Data(contentsOf: folder.appending(path: name))))
      try Self.compareForms(file, resynchronises: name.hashValue & 1 == 0)
    }
  }

  /// A capture of large and small packets, 2 MiB or more.
  static func large(_ format: String, packetCount: Int = 3_000) -> [UInt8] {
    var generator = SeededGenerator(seed: 7)
    var bytes: [UInt8] = []
    var layout = CaptureFile.Classic()
    layout.isBig = format == "swapped pcap"
    layout.version = format == "old pcap" ? (2, 2) : (2, 4)
    let blocks = CaptureFile.Pcapng(isBig: format == "swapped pcapng")
    let isPcapng = format.hasSuffix("pcapng")
    bytes = isPcapng ? (blocks.section() + blocks.interface()).array : layout.header.array
    for number in 0..<packetCount {
      let count = number % 3 == 0 ? 60 : Int.random(in: 900...1_514, using: &generator)
      let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* number) }
      let packet = CaptureFile.Packet(
        Bytes(payload), time: 1_700_000_000_000_000_000 + UInt64(number) * 1_000_000)
      bytes += isPcapng ? blocks.packet(packet).array : layout.record(packet).array
    }
    return bytes
  }

  static let formats = ["pcap", "swapped pcap", "old pcap", "pcapng", "swapped pcapng"]

  @Test(arguments: formats)
  func `large captures read the same, and all their packets are there`(format: String) throws {
    let file = try TemporaryFile(Self.large(format))
    try Self.compareForms(file, resynchronises: false)
    let reader = try openCapture(path: file.path).reader
    #expect(packets(of: reader, batchSize: 64).count == 3_000)
    #expect(reader.anomalies.isEmpty)
  }

  @Test(arguments: formats)
  func `warming looks at nothing outside of its window`(format: String) throws {
    // The memory-safe test build sees an access outside of the allocation.
    let bytes = Self.large(format, packetCount: 400)
    let layout = try unsafe bytes.withUnsafeBytes { try unsafe ClassicLayout(header: $0) }
    let warming =
      layout.map { RecordWarming($0) }
      ?? RecordWarming(pcapngIsByteSwapped: format == "swapped pcapng")
    var generator = SeededGenerator(seed: 3)
    for count in [0, 1, 31, 32, 1_000, 65_567, 65_568, 65_569, 70_000, 131_072, 200_001] {
      let start = Int.random(in: 0..<1_000, using: &generator)
      for start in [24, start] where start + count <= bytes.count {
        let window = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { unsafe window.deallocate() }
        unsafe window.copyBytes(from: bytes[start..<start + count])
        var places = WarmedPlaces()
        unsafe warming.warm(UnsafeRawBufferPointer(window), noting: &places)
        unsafe places.approach(64, window: UnsafeRawPointer(window.baseAddress!), position: 0)
        for place in stride(from: 7, to: count, by: 97) { unsafe window[place] = 0xff }
        unsafe warming.warm(UnsafeRawBufferPointer(window), noting: &places)
        unsafe places.approach(
          64, window: UnsafeRawPointer(window.baseAddress!), position: count / 2)
      }
    }
  }

  @Test(
    arguments: ["pcap", "pcapng"], [0, 24, 1_000, 70_000, 1_000_001, 1_048_576])
  func `a file that becomes shorter while it is read ends with an anomaly, not with a crash`(
    format: String, length: Int
  ) throws {
    let bytes = Self.large(format)
    let whole = packets(of: try openCapture(bytes: bytes), batchSize: 64)
    let file = try TemporaryFile(bytes)
    let reader = try openCapture(path: file.path).reader
    let records = UnsafeMutableBufferPointer<PacketRecord>.allocate(capacity: 64)
    defer { unsafe records.deallocate() }
    #expect(unsafe reader.read(into: records) > 0)
    #expect(unsafe truncate(file.path, off_t(length)) == 0)
    let first = Int(reader.packetCount)
    let rest = packets(of: reader, batchSize: 64)
    // What is handed out behind the first packets is the capture's, and lies before its new end.
    #expect(rest.count < whole.count - first)
    #expect(rest == Array(whole[first..<first + rest.count]))
    #expect(reader.anomalies.map(\.reason) == [.readFailed(errorNumber: EIO)])
    #expect(reader.anomalies.map(\.packetNumber) == [reader.packetCount + 1])
    if length > 65_536 { #expect(reader.byteOffset <= UInt64(length)) }
  }

  @Test func `a file that loses only bytes of its last page is not whole`() throws {
    let bytes = Self.large("pcap")
    let file = try TemporaryFile(bytes)
    let reader = try openCapture(path: file.path).reader
    let records = UnsafeMutableBufferPointer<PacketRecord>.allocate(capacity: 64)
    defer { unsafe records.deallocate() }
    #expect(unsafe reader.read(into: records) > 0)
    #expect(unsafe truncate(file.path, off_t(bytes.count - 1)) == 0)
    _ = packets(of: reader)
    #expect(reader.anomalies.map(\.reason) == [.readFailed(errorNumber: EIO)])
  }

  @Test func `a file that grows while it is read is read to its new end`() throws {
    let bytes = Self.large("pcap")
    let file = try TemporaryFile(Array(bytes[..<1_500_000]))
    let reader = try openCapture(path: file.path).reader
    let records = UnsafeMutableBufferPointer<PacketRecord>.allocate(capacity: 64)
    defer { unsafe records.deallocate() }
    var count = unsafe reader.read(into: records)
    let handle = try #require(FileHandle(forWritingAtPath: file.path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(bytes[1_500_000...]))
    count += packets(of: reader).count
    #expect(count == 3_000)
    #expect(reader.anomalies.isEmpty)
    #expect(reader.byteOffset == UInt64(bytes.count))
  }

  @Test func `more captures than can be guarded are read all the same`() throws {
    let file = try TemporaryFile(Self.large("pcap", packetCount: 10))
    let options = CaptureReadingOptions(mapping: .allFiles)
    let readers = try (0..<300).map { _ in try openCapture(path: file.path, options: options).reader
    }
    let mappings = try (0..<300).compactMap { _ in
      FileMapping(capture: try FileSource(path: file.path), options: options)
    }
    #expect(mappings.count < 300)
    #expect(readers.allSatisfy { packets(of: $0).count == 10 && $0.anomalies.isEmpty })
  }

  @Test func `bus errors that concern no capture still end the process`() async {
    // By the signal; a sanitizer makes an exit code of it.
    await #expect(processExitsWith: .failure) {
      let file = try TemporaryFile(`Mapped captures`.large("pcap", packetCount: 10))
      _ = try openCapture(
        path: file.path, options: CaptureReadingOptions(mapping: .allFiles))
      let source = try FileSource(path: file.path)
      let mapped = unsafe mmap(nil, 8_192, PROT_READ, MAP_SHARED, source.descriptor, 0)
      #expect(unsafe mapped != MAP_FAILED)
      _ = unsafe truncate(file.path, 0)
      print(unsafe mapped!.load(as: UInt8.self))
    }
  }

  @Test func `standard input, pipes, compressed and small files are not mapped`() throws {
    let options = CaptureReadingOptions()
    func mapping(
      _ path: String, _ options: CaptureReadingOptions = CaptureReadingOptions()
    ) throws -> FileMapping? { FileMapping(capture: try FileSource(path: path), options: options) }
    let large = try TemporaryFile(Self.large("pcap"))
    #expect(try mapping(large.path) != nil)
    #expect(try mapping(large.path, .init(mapping: .never)) == nil)
    #expect(try mapping(large.path, .init(backend: .libpcap)) == nil)
    let small = try TemporaryFile(Self.large("pcap", packetCount: 10))
    #expect(try mapping(small.path) == nil)
    #expect(try mapping(small.path, .init(mapping: .allFiles)) != nil)
    let other = try TemporaryFile([0x1f, 0x8b] + Array(repeating: 0, count: 2 << 20))
    #expect(try mapping(other.path) == nil)
    #expect(try FileMapping(capture: FileSource(path: "-"), options: options) == nil)
    #expect(try mapping("/dev/zero") == nil)
  }
}

/// A file that goes with its last use.
final class TemporaryFile {
  let path: String

  init(_ bytes: [UInt8]) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "fv-\(UUID().uuidString)").path()
    try Data(bytes).write(to: URL(filePath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
