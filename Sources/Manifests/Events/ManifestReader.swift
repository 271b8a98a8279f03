/// A forward reader over the values of one input: the small interface that JSON and YAML share.
///
/// The caller asks for one value at a time and says what to do with it: enter it, read it, or skip it. Every value must
/// be consumed in one of these ways before the next key or item is asked for. Nothing is built for what is skipped,
/// but its syntax is checked.
///
/// Reading past an error is impossible: all operations throw the ``SyntaxProblem`` that ends the input.
protocol ManifestReader: ~Copyable {
  /// Moves to the next document; `false` at the end of the input. The document's root is then the next value.
  mutating func nextDocument() throws(SyntaxProblem) -> Bool

  /// What the next value is; does not consume it.
  mutating func nextShape() throws(SyntaxProblem) -> ValueShape

  /// Goes into the mapping that is the next value.
  mutating func enterMapping() throws(SyntaxProblem)

  /// Moves to the next key of the mapping entered last: ``mark`` is its place, ``withText(_:)`` its text, and its
  /// value is the next value. `false`: the mapping has ended and has been left.
  mutating func nextKey() throws(SyntaxProblem) -> Bool

  /// Goes into the sequence that is the next value.
  mutating func enterSequence() throws(SyntaxProblem)

  /// Moves to the next item of the sequence entered last: ``mark`` is its place and it is the next value. `false`:
  /// the sequence has ended and has been left.
  mutating func nextItem() throws(SyntaxProblem) -> Bool

  /// Consumes the next value, a scalar; its text is then given by ``withText(_:)``.
  mutating func readScalar() throws(SyntaxProblem) -> ScalarType

  /// Consumes the next value, whatever it is.
  mutating func skipValue() throws(SyntaxProblem)

  /// The place of the key, item or document root that was moved to last.
  var mark: Mark { get }

  /// Whether the last key came in through a YAML merge key (`<<`): an explicit key beside it wins.
  var isMergedKey: Bool { get }

  /// Grows with every key, scalar and container that is begun: tells whether a finding is about what was read last.
  var progress: Int { get }

  /// The bytes (UTF-8) of the last key or scalar, valid until the reader moves on.
  func withText<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result

  /// Remembers the place before the key that was moved to last, for ``rewind()``. Does not nest.
  mutating func beginLookahead()

  /// Goes back to the place that ``beginLookahead()`` remembered: ``nextKey()`` gives the same key again.
  mutating func rewind()

  /// Line and column, both from 1, of a place in this input.
  mutating func position(of mark: Mark) -> (line: Int, column: Int)

  /// Says that places before the last document, item or key are no longer needed, so that memory can be given back.
  mutating func forgetWhatIsRead()
}

extension ManifestReader where Self: ~Copyable {
  /// The text of the last key or scalar.
  ///
  /// Bytes that are not UTF-8 become replacement characters; both readers refuse such bytes before.
  var text: String {
    withText { span in String(span) }
  }
}

extension String {
  /// The text of UTF-8 bytes; ill-formed bytes become replacement characters.
  init(_ utf8: Span<UInt8>) {
    if let valid = try? UTF8Span(validating: utf8) {
      self.init(copying: valid)
    } else {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(utf8.count)
      for index in utf8.indices { bytes.append(utf8[index]) }
      self.init(decoding: bytes, as: UTF8.self)
    }
  }
}

/// What a value is, before it is read.
enum ValueShape: Sendable {
  case mapping
  case sequence
  case scalar
}

/// How a scalar reads, by the rules of the format.
enum ScalarType: Sendable {
  case null
  case boolean
  case integer
  case float
  case text
  /// Plain YAML text that YAML 1.1 reads as a boolean and YAML 1.2 as text: `yes`, `off`.
  case ambiguousBoolean
  /// Plain YAML text that YAML 1.1 reads as a number and YAML 1.2 as text: `1_000`, `0b11`.
  case ambiguousNumber
}

/// A place in an input, in the reader's own terms; see ``ManifestReader/position(of:)``.
struct Mark: Sendable, Hashable {
  var value: UInt64

  static let start = Mark(value: 0)
}

/// The text is not what its format says; nothing after this place can be read.
struct SyntaxProblem: Error, Sendable, Hashable {
  /// ``Finding/Kind/syntax`` or ``Finding/Kind/tab``.
  var kind: Finding.Kind = .syntax
  /// From 1.
  var line: Int
  /// From 1.
  var column: Int
  var message: String
  /// Whether the place inside the object is certain: then the finding names the object and the field.
  var concernsField = false
  /// What libyaml said, from which a repair can be tried.
  var complaint: YAMLComplaint?
}
