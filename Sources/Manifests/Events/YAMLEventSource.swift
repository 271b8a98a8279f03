import CYaml

/// Events of libyaml over the bytes of one input; the only file that speaks to libyaml.
///
/// The C library is a target of the Yams package. Its scanner and parser are used as they are: no node tree is built.
@safe
struct YAMLEventSource: ~Copyable {
  /// What libyaml says next.
  enum Kind: UInt8 {
    case streamStart, streamEnd, documentStart, documentEnd
    case mappingStart, mappingEnd, sequenceStart, sequenceEnd
    case scalar, alias
  }

  /// The tag that a value carries, as far as it decides how the value reads.
  enum Tag: UInt8 {
    /// No tag: plain scalars read by their form, quoted ones are text.
    case none
    /// `!!str`, `!` or a tag of the file's own.
    case text
    /// A tag that asks for the reading of a plain scalar: `!!int`, `!!bool`, `!!null`, `!!float`.
    case plain
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let event: UnsafeMutablePointer<yaml_event_t>
  private let bytes: ByteWindow

  private(set) var kind = Kind.streamStart
  /// Whether the scalar is written without quotes and is no block scalar.
  private(set) var isPlain = false
  private(set) var tag = Tag.none
  /// Line in the upper half and column in the lower half, both from 0.
  private(set) var mark = Mark.start

  /// Reads from the byte at `start`, whose line is `firstLine` (from 0).
  init(_ bytes: ByteWindow, from start: Int, firstLine: Int) {
    self.bytes = bytes
    self.start = start
    self.firstLine = firstLine
    unsafe parser = .allocate(capacity: 1)
    unsafe event = .allocate(capacity: 1)
    // Safe: both structs are plain C data; the parser is set up before use and torn down in `deinit`.
    unsafe parser.initialize(to: yaml_parser_t())
    unsafe event.initialize(to: yaml_event_t())
    unsafe yaml_parser_initialize(parser)
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    // Safe: the memory stays where it is while `bytes` is held by this struct.
    bytes.withSpan(start..<max(start, bytes.count)) { span in
      unsafe span.withUnsafeBufferPointer { buffer in
        unsafe yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
      }
    }
  }

  private let start: Int
  private let firstLine: Int

  deinit {
    unsafe yaml_event_delete(event)
    unsafe yaml_parser_delete(parser)
    unsafe event.deallocate()
    unsafe parser.deallocate()
  }

  /// Moves to the next event; after ``Kind/streamEnd`` it stays there.
  mutating func next() throws(SyntaxProblem) {
    if kind == .streamEnd { return }
    // Safe: the event is either empty or of the last call, and libyaml fills it or leaves it empty.
    unsafe yaml_event_delete(event)
    guard unsafe yaml_parser_parse(parser, event) == 1 else {
      kind = .streamEnd
      throw syntaxProblem()
    }
    let start = unsafe event.pointee.start_mark
    mark = Mark(line: firstLine + start.line, column: start.column)
    switch unsafe event.pointee.type {
    case YAML_SCALAR_EVENT:
      kind = .scalar
      unsafe isPlain = event.pointee.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
      let isUntagged = unsafe event.pointee.data.scalar.tag == nil
      tag = isUntagged ? .none : unsafe Self.tag(String(cString: event.pointee.data.scalar.tag))
    case YAML_MAPPING_START_EVENT: kind = .mappingStart
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    case YAML_SEQUENCE_START_EVENT: kind = .sequenceStart
    case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
    case YAML_ALIAS_EVENT: kind = .alias
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
    case YAML_STREAM_START_EVENT: kind = .streamStart
    case YAML_STREAM_END_EVENT: kind = .streamEnd
    default:
      // Only a parser that got no memory gives no event.
      kind = .streamEnd
      throw SyntaxProblem(line: 1, column: 1, message: "there is no memory left to read YAML")
    }
  }

  /// The bytes of the present scalar, for the time of `body`; none for other events.
  @inline(__always)
  func withText<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard kind == .scalar, let value = unsafe event.pointee.data.scalar.value else {
      return try body(Span())
    }
    // Safe: libyaml owns `length` bytes until the next event is asked for, which cannot happen during the call.
    let buffer = unsafe UnsafeBufferPointer(
      start: value, count: event.pointee.data.scalar.length)
    return try body(unsafe Span(_unsafeElements: buffer))
  }

  /// The anchor that the present value defines, or the one that the present alias names.
  var anchor: String? {
    // Safe: libyaml's texts are terminated, and copied at once.
    let name: UnsafeMutablePointer<yaml_char_t>?
    switch kind {
    case .scalar: unsafe name = event.pointee.data.scalar.anchor
    case .mappingStart: unsafe name = event.pointee.data.mapping_start.anchor
    case .sequenceStart: unsafe name = event.pointee.data.sequence_start.anchor
    case .alias: unsafe name = event.pointee.data.alias.anchor
    default: return nil
    }
    guard let name = unsafe name else { return nil }
    return unsafe String(cString: name)
  }

  /// Bytes of the input that libyaml has taken in so far, counted from its start.
  var consumedByteCount: Int {
    let input = unsafe parser.pointee.input.string
    guard let current = unsafe input.current, let start = unsafe input.start else { return 0 }
    return unsafe current - start
  }

  private static func tag(_ name: String) -> Tag {
    switch name {
    case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool",
      "tag:yaml.org,2002:null":
      .plain
    default: .text
    }
  }

  /// What libyaml complains about, in our words and at the line where the mistake was written.
  private func syntaxProblem() -> SyntaxProblem {
    // Safe: plain fields and terminated texts of a parser that has just failed.
    let state = unsafe parser.pointee
    let complaint = YAMLComplaint(
      problem: unsafe state.problem.map { unsafe String(cString: $0) } ?? "unknown problem",
      context: unsafe state.context.map { unsafe String(cString: $0) } ?? "",
      problemLine: unsafe firstLine + state.problem_mark.line,
      problemColumn: unsafe state.problem_mark.column,
      contextLine: unsafe firstLine + state.context_mark.line,
      contextColumn: unsafe state.context_mark.column,
      byteOffset: unsafe state.error == YAML_READER_ERROR ? start + state.problem_offset : nil)
    return complaint.diagnosed(in: bytes)
  }
}

extension Mark {
  /// A place of a YAML input, from 0.
  init(line: Int, column: Int) {
    value = UInt64(UInt32(clamping: line)) << 32 | UInt64(UInt32(clamping: column))
  }

  /// Line and column from 1 of a mark made by ``init(line:column:)``.
  var lineAndColumn: (line: Int, column: Int) {
    (Int(value >> 32) + 1, Int(value & 0xffff_ffff) + 1)
  }
}
