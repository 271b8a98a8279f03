import ClusterModel

/// One input: its format, and reading it into records.
///
/// A file may begin with JSON documents and go on with YAML ones. A YAML document with a syntax problem is left at the `---`
/// that begins the next one, so that each document is judged for itself; JSON has no such place to go on from.
struct ManifestInput {
  /// Documents with a syntax problem, after which the rest of an input is not read.
  private static let maximumSyntaxProblemCount = 20

  let bytes: ByteWindow
  let name: String
  let defaultNamespace: String

  /// Where reading has come to.
  private struct Progress {
    /// The next byte to read.
    var offset: Int
    /// The line of ``offset`` (from 0), where it is known.
    var line: Int?
    /// What was found out about the list that begins at ``offset``.
    var listIdentity: ObjectIdentity?
    var objectCount = 0
    var syntaxProblemCount = 0
  }

  /// Reads everything; gives the number of objects found.
  func read(into records: inout Records) -> Int {
    if let obstacle = otherFormat {
      records.add(
        Finding(
          kind: .syntax, message: obstacle, location: SourceLocation(file: name, line: 1, column: 1)
        ))
      return 0
    }
    let firstFinding = records.findings.count
    var progress = Progress(offset: bytes.byteOrderMarkLength, line: 0)
    while progress.offset < bytes.count {
      if JSONReader.begins(bytes, at: progress.offset) {
        readJSON(&progress, &records)
      } else {
        readYAML(&progress, &records)
      }
      if progress.syntaxProblemCount >= Self.maximumSyntaxProblemCount {
        records.add(
          Finding(
            kind: .syntax,
            message:
              "\(name) has \(progress.syntaxProblemCount) documents that are not YAML; the rest is not read"
          ))
        break
      }
    }
    if progress.objectCount == 0, records.findings.count == firstFinding {
      records.add(
        Finding(
          kind: .emptyFile, message: "there is no object in this file",
          location: SourceLocation(file: name, line: 1, column: 1)))
    }
    return progress.objectCount
  }

  /// What to say about bytes that are in another encoding, or packed; `nil` for what may be UTF-8.
  private var otherFormat: String? {
    let encoding: String? =
      switch (bytes[0], bytes[1]) {
      case (0xff, 0xfe), (0xfe, 0xff): bytes.count > 1 ? "UTF-16" : nil
      case (0, 0): bytes.count > 3 ? "UTF-32" : nil
      case (0, _), (_, 0): bytes.count > 3 ? "UTF-16" : nil
      default: nil
      }
    if let encoding {
      return
        "the file is \(encoding), and manifests must be UTF-8; convert it, for example with `iconv -f \(encoding) "
        + "-t UTF-8`"
    }
    if bytes[0] == 0x1f, bytes[1] == 0x8b { return "the file is packed; unpack it with `gunzip`" }
    if bytes[0] == 0x28, bytes[1] == 0xb5, bytes[2] == 0x2f, bytes[3] == 0xfd {
      return "the file is packed; unpack it with `unzstd`"
    }
    return nil
  }

  // MARK: JSON

  private func readJSON(_ progress: inout Progress, _ records: inout Records) {
    var decoder = ObjectDecoder(
      JSONReader(bytes, from: progress.offset), records: records.take(), file: name,
      defaultNamespace: defaultNamespace)
    let end = decoder.readDocuments(listIdentity: progress.listIdentity)
    progress.listIdentity = nil
    progress.line = nil
    progress.objectCount += decoder.objectCount
    records = decoder.records.take()
    switch end {
    case .complete: progress.offset = decoder.reader.offset
    case .syntaxProblem: progress.offset = bytes.count
    case .needsListKind(let document):
      let start = Int(clamping: document.value)
      var survey = ObjectDecoder(
        JSONReader(bytes, from: start), records: Records(), file: name,
        defaultNamespace: defaultNamespace)
      progress.listIdentity = survey.surveyList()
      progress.offset = start
    }
  }

  // MARK: YAML

  private func readYAML(_ progress: inout Progress, _ records: inout Records) {
    let start = progress.offset
    let firstLine = progress.line ?? line(of: start)
    var decoder = ObjectDecoder(
      YAMLReader(bytes, from: start, firstLine: firstLine), records: records.take(), file: name,
      defaultNamespace: defaultNamespace)
    let end = decoder.readDocuments(listIdentity: progress.listIdentity)
    progress.listIdentity = nil
    progress.objectCount += decoder.objectCount
    records = decoder.records.take()
    switch end {
    case .complete: progress.offset = bytes.count
    case .syntaxProblem(let problem):
      progress.syntaxProblemCount += 1
      let document = document(around: problem.line - 1, from: start, firstLine: firstLine)
      let search = FurtherFindings(
        bytes: bytes, range: document.range, firstLine: document.lines.lowerBound, name: name,
        defaultNamespace: defaultNamespace)
      let known = records.findings.filter { $0.location?.file == name }
      for finding in search.search(after: problem, known: known) { records.add(finding) }
      progress.offset = document.range.upperBound
      progress.line = document.lines.upperBound
    case .needsListKind(let mark):
      let line = mark.lineAndColumn.line - 1
      let document = document(around: line, from: start, firstLine: firstLine)
      progress.offset = document.range.lowerBound
      progress.line = document.lines.lowerBound
      var survey = ObjectDecoder(
        YAMLReader(bytes, from: progress.offset, firstLine: document.lines.lowerBound),
        records: Records(), file: name, defaultNamespace: defaultNamespace)
      progress.listIdentity = survey.surveyList()
    }
  }

  private func line(of offset: Int) -> Int {
    var lines = LineCursor(bytes)
    return lines.position(of: offset).line - 1
  }

  /// The bytes and lines (from 0) of the YAML document that holds `line`, up to the `---` that begins the next one.
  ///
  /// Three dashes at the beginning of a line are nothing else in YAML, in whatever value they stand.
  private func document(
    around line: Int, from start: Int, firstLine: Int
  ) -> (range: Range<Int>, lines: Range<Int>) {
    var documentStart = start
    var documentLine = firstLine
    var index = start
    var current = firstLine
    while index < bytes.count {
      let isSeparator =
        index > start && bytes[index] == UInt8(ascii: "-")
        && bytes[index + 1] == UInt8(ascii: "-") && bytes[index + 2] == UInt8(ascii: "-")
        && bytes[index + 3] <= 0x20
      if isSeparator {
        if current > line { return (documentStart..<index, documentLine..<current) }
        documentStart = index
        documentLine = current
      }
      while index < bytes.count, bytes[index] != 0x0a { index += 1 }
      index += 1
      current += 1
    }
    return (documentStart..<bytes.count, documentLine..<current)
  }
}
