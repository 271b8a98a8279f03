/// One input: its format, and reading it into records.
struct ManifestInput {
  let bytes: ByteWindow
  let name: String
  let defaultNamespace: String

  /// Part of an input that one reader has read.
  private struct Part {
    var records: Records
    var objectCount: Int
    /// Where the next part begins.
    var end: Int
    var hasFailed: Bool
  }

  /// Reads everything; a file may begin with JSON documents and go on with YAML ones.
  func read(into records: consuming Records) -> (records: Records, objectCount: Int) {
    var records = records
    var objectCount = 0
    var start = bytes.byteOrderMarkLength
    if let encoding = otherEncoding {
      records.add(
        Finding(
          kind: .syntax,
          message:
            "the file is \(encoding), and manifests must be UTF-8; convert it, for example with `iconv -f UTF-16 "
            + "-t UTF-8`",
          location: .init(file: name, line: 1, column: 1)))
      return (records, 0)
    }
    while start < bytes.count {
      let part =
        isJSON(from: start)
        ? readJSON(from: start, into: records.take()) : readYAML(from: start, into: records.take())
      records = part.records
      objectCount += part.objectCount
      start = part.end
      if part.hasFailed { return (records, objectCount) }
    }
    if objectCount == 0, !records.findings.contains(where: { $0.location?.file == name }) {
      records.add(
        Finding(
          kind: .emptyFile, message: "there is no object in this file",
          location: .init(file: name, line: 1, column: 1)))
    }
    return (records, objectCount)
  }

  /// The name of a UTF-16 or UTF-32 encoding that the first bytes give away.
  private var otherEncoding: String? {
    switch (bytes[0], bytes[1]) {
    case (0xff, 0xfe), (0xfe, 0xff): return bytes.count > 1 ? "UTF-16" : nil
    case (0, let second) where bytes.count > 3 && second != 0: return "UTF-16"
    case (let first, 0) where bytes.count > 3 && first != 0: return "UTF-16"
    case (0, 0) where bytes.count > 3: return "UTF-32"
    default: return nil
    }
  }

  /// Whether JSON begins here: a bracket, and then what only JSON has after it.
  private func isJSON(from start: Int) -> Bool {
    var index = start
    func skipWhiteSpace() {
      while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    }
    skipWhiteSpace()
    let bracket = bytes[index]
    guard bracket == UInt8(ascii: "{") || bracket == UInt8(ascii: "[") else { return false }
    index += 1
    skipWhiteSpace()
    let next = bytes[index]
    if bracket == UInt8(ascii: "[") {
      return next == UInt8(ascii: "{") || next == UInt8(ascii: "]")
    }
    return next == UInt8(ascii: "\"") || next == UInt8(ascii: "}") || index >= bytes.count
  }

  private func readJSON(from start: Int, into records: consuming Records) -> Part {
    var records = records
    var firstDocument = 0
    var listIdentity: ObjectIdentity?
    var objectCount = 0
    while true {
      var decoder = ObjectDecoder(
        JSONReader(bytes, from: start), records: records.take(), file: name,
        defaultNamespace: defaultNamespace)
      let end = decoder.readDocuments(from: firstDocument, listIdentity: listIdentity)
      decoder.noteDefaultNamespace()
      objectCount += decoder.objectCount
      let offset = decoder.reader.offset
      records = decoder.records.take()
      switch end {
      case .complete:
        return Part(
          records: records, objectCount: objectCount, end: afterSeparator(offset), hasFailed: false)
      case .syntaxProblem:
        return Part(records: records, objectCount: objectCount, end: offset, hasFailed: true)
      case .needsListKind(let document):
        var survey = ObjectDecoder(
          JSONReader(bytes, from: start), records: Records(), file: name,
          defaultNamespace: defaultNamespace)
        listIdentity = survey.surveyList(document: document)
        firstDocument = document
      }
    }
  }

  /// The offset after `---` and its line, where YAML follows JSON.
  private func afterSeparator(_ offset: Int) -> Int {
    guard offset < bytes.count else { return offset }
    return offset + 3
  }

  private func readYAML(from start: Int, into records: consuming Records) -> Part {
    var lines = LineCursor(bytes)
    let firstLine = lines.position(of: start).line - 1
    var records = records
    var firstDocument = 0
    var listIdentity: ObjectIdentity?
    var objectCount = 0
    while true {
      var decoder = ObjectDecoder(
        YAMLReader(bytes, from: start, firstLine: firstLine), records: records.take(), file: name,
        defaultNamespace: defaultNamespace)
      let end = decoder.readDocuments(from: firstDocument, listIdentity: listIdentity)
      decoder.noteDefaultNamespace()
      objectCount += decoder.objectCount
      records = decoder.records.take()
      switch end {
      case .complete, .syntaxProblem:
        return Part(
          records: records, objectCount: objectCount, end: bytes.count, hasFailed: true)
      case .needsListKind(let document):
        var survey = ObjectDecoder(
          YAMLReader(bytes, from: start, firstLine: firstLine), records: Records(), file: name,
          defaultNamespace: defaultNamespace)
        listIdentity = survey.surveyList(document: document)
        firstDocument = document
      }
    }
  }
}
