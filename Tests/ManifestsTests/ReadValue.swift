@testable import Manifests

/// A whole value, as a reader gives it: what the differential tests compare.
indirect enum ReadValue: Equatable {
  case null
  case boolean(Bool)
  /// The number as written.
  case number(String)
  case text(String)
  case list([ReadValue])
  case mapping([String: ReadValue])
}

extension ManifestReader where Self: ~Copyable {
  /// Reads the next value whole; of a repeated key the last value stays.
  mutating func readWhole() throws(SyntaxProblem) -> ReadValue {
    switch try nextShape() {
    case .mapping:
      var result: [String: ReadValue] = [:]
      try enterMapping()
      while try nextKey() {
        let key = text
        let isMerged = isMergedKey
        let value = try readWhole()
        if isMerged, result[key] != nil { continue }
        result[key] = value
      }
      return .mapping(result)
    case .sequence:
      var result: [ReadValue] = []
      try enterSequence()
      while try nextItem() { result.append(try readWhole()) }
      return .list(result)
    case .scalar:
      switch try readScalar() {
      case .null: return .null
      case .boolean: return .boolean(text.count == 4)
      case .integer, .float: return .number(text)
      case .text, .ambiguousBoolean, .ambiguousNumber: return .text(text)
      }
    }
  }

  /// Reads all documents.
  mutating func readDocuments() throws(SyntaxProblem) -> [ReadValue] {
    var documents: [ReadValue] = []
    while try nextDocument() { documents.append(try readWhole()) }
    return documents
  }
}

/// All documents of a JSON text.
func readJSON(_ text: some Collection<UInt8>) throws(SyntaxProblem) -> [ReadValue] {
  let bytes = ByteWindow(InputBytes(text))
  var reader = JSONReader(bytes, from: bytes.byteOrderMarkLength)
  return try reader.readDocuments()
}

/// All documents of a YAML text.
func readYAML(_ text: String) throws(SyntaxProblem) -> [ReadValue] {
  var reader = YAMLReader(ByteWindow(InputBytes(text.utf8)), from: 0, firstLine: 0)
  return try reader.readDocuments()
}
