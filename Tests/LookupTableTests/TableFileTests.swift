import Foundation
import LookupTable
import Testing

@Suite struct TableFileTests {
  /// A path that no other test uses; the test removes it.
  private static func temporaryPath() -> String {
    FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).fvt").path
  }

  private static func bytes(of path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  @Test func `a table file gives the same decisions`() throws {
    let path = Self.temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let table = try DecisionTable(TinyTable.parts(.cuckoo))
    try table.write(toFile: path)
    let loaded = try DecisionTable(contentsOfFile: path)
    for item in DecisionTableTests.expectations {
      let key = TinyTable.ipv4(item.source, item.destination, item.port, item.ipProtocol)
      #expect(loaded.lookUp(key) == table.lookUp(key))
      #expect(loaded.attribution(key) == table.attribution(key))
    }
    #expect(loaded.shape == table.shape)
  }

  @Test func `a file that ends early, is empty, absent or something else is refused`() throws {
    let path = Self.temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect { try DecisionTable(contentsOfFile: path) } throws: {
      ($0 as? TableError)?.code == .unreadable
    }
    try DecisionTable(TinyTable.parts(.dense)).write(toFile: path)
    let whole = try Self.bytes(of: path)
    for count in [0, 1, 7, 8, 100, 8191, 8192, 100_000, whole.count - 1] {
      try Data(whole[..<count]).write(to: URL(filePath: path))
      #expect { try DecisionTable(contentsOfFile: path) } throws: {
        ($0 as? TableError)?.code == .truncated
      }
    }
    try Data("apiVersion: v1\nkind: List\n".utf8).write(to: URL(filePath: path))
    #expect { try DecisionTable(contentsOfFile: path) } throws: {
      ($0 as? TableError)?.code == .notATable
    }
  }

  @Test func `another version says to compile again`() throws {
    let path = Self.temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try DecisionTable(TinyTable.parts(.dense)).write(toFile: path)
    var bytes = try Self.bytes(of: path)
    bytes[8] = 99
    try Data(bytes).write(to: URL(filePath: path))
    #expect {
      try DecisionTable(contentsOfFile: path)
    } throws: {
      let error = $0 as? TableError
      return error?.code == .unsupportedVersion && "\($0)".contains("compile the table again")
    }
  }

  @Test func `a changed byte is found by the checksum`() throws {
    let path = Self.temporaryPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try DecisionTable(TinyTable.parts(.dense)).write(toFile: path)
    let whole = try Self.bytes(of: path)
    for position in stride(from: 8192, to: whole.count, by: 9973) {
      var bytes = whole
      bytes[position] ^= 0x10
      try Data(bytes).write(to: URL(filePath: path))
      #expect(throws: TableError.self) { try DecisionTable(contentsOfFile: path) }
    }
  }

  @Test func `a file in a folder that does not exist is not written`() throws {
    let table = try DecisionTable(TinyTable.parts(.dense))
    #expect {
      try table.write(toFile: "/nonexistent/table.fvt")
    } throws: {
      ($0 as? TableError)?.code == .unwritable
    }
  }
}
