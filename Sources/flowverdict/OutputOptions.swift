import ArgumentParser
import FlowAudit
import Reports

/// `FORMAT` or `FORMAT=FILE`.
struct OutputRequest: ExpressibleByArgument, Hashable {
  var format: OutputFormat
  /// `nil`: standard output.
  var path: String?

  init(format: OutputFormat, path: String? = nil) {
    self.format = format
    self.path = path
  }

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let format = OutputFormat(rawValue: String(parts[0])) else { return nil }
    self.format = format
    if parts.count == 2 {
      guard !parts[1].isEmpty else { return nil }
      path = parts[1] == "-" ? nil : String(parts[1])
    }
  }
}

enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto
  case always
  case never
}

/// The forms that a command writes.
protocol OutputFormats {
  static var formats: [OutputFormat] { get }
}

extension OutputFormats {
  /// `text, json or csv`.
  static var text: String {
    let names = formats.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}

enum EveryFormat: OutputFormats {
  static let formats: [OutputFormat] = [.text, .wide, .json, .ndjson, .csv]
}

/// For what does not fit one line of cells.
enum EveryFormatButCSV: OutputFormats {
  static let formats: [OutputFormat] = [.text, .wide, .json, .ndjson]
}

/// What every command that writes reports understands.
struct OutputOptions<Formats: OutputFormats>: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "\(Formats.text); to FILE where one is given. Repeat it for several.",
      valueName: "format[=file]"))
  var output: [OutputRequest] = []

  @Option(
    help: "auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color: ColorChoice = .auto

  @Flag(name: .shortAndLong, help: "No progress, and no notes on standard error.")
  var quiet = false

  func validate() throws {
    if let other = requests.first(where: { !Formats.formats.contains($0.format) }) {
      throw ValidationError(
        "this command does not write \(other.format); it writes \(Formats.text)")
    }
    if requests.count(where: { $0.path == nil }) > 1 {
      throw ValidationError(
        "only one output can go to standard output; give the others a file, as in -o json=FILE")
    }
    let paths = requests.compactMap(\.path)
    if Set(paths).count < paths.count {
      throw ValidationError("two outputs go to the same file")
    }
  }

  /// The outputs asked for, text on standard output where none is.
  var requests: [OutputRequest] {
    output.isEmpty ? [OutputRequest(format: .text)] : output
  }

  /// Opens every output.
  /// - Throws: ``CommandFailure`` where a file cannot be written.
  func open() throws -> [OpenOutput] {
    try requests.map { request in
      let file =
        try request.path.map { try OutputFile(path: $0, format: request.format) }
        ?? .standardOutput(request.format)
      return OpenOutput(
        format: request.format, style: style(for: file), file: file,
        buffer: ReportBuffer { try file.write($0) })
    }
  }

  private func style(for file: OutputFile) -> TextStyle {
    let hasColor =
      switch color {
      case .always: true
      case .never: false
      case .auto: file.isTerminal && !Environment.forbidsColor
      }
    return TextStyle(hasColor: hasColor, width: file.terminalWidth)
  }
}

/// An output that is ready to be written to.
struct OpenOutput {
  var format: OutputFormat
  var style: TextStyle
  var file: OutputFile
  var buffer: ReportBuffer
}
