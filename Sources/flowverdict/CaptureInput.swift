import ArgumentParser
import FlowAudit
import FlowTracking

/// Reads the captures that a command names, with progress, signals, and an eye on the outputs.
struct CaptureInput {
  var paths: [String]
  var options = CaptureRun.Options()
  var isQuiet: Bool
  /// Where the flows go; reading ends when none of them can take any.
  var outputs: OutputSet
  /// Whether all is read even if nobody reads the outputs: because the exit code depends on it.
  var isExitCodeNeeded = false

  /// Hands every flow to `sink`.
  /// - Throws: ``CommandFailure`` where a capture cannot be opened.
  func run(
    services: ServiceTranslation = .none, knownServers: KnownServers = KnownServers(),
    observations: CaptureObservations? = nil, sink: @escaping (Flow) -> Void
  ) throws -> CaptureAccount {
    Interruption.noteSignals()
    let progressLine = ProgressLine(isQuiet: isQuiet)
    let captureRun = CaptureRun(
      paths: paths, options: options, cancellation: Interruption.cancellation)
    do throws(CaptureRunError) {
      let summary = try captureRun.run(
        services: services, knownServers: knownServers, observations: observations,
        progress: { progress in
          progressLine.update(
            packets: progress.packetCount, bytes: progress.byteCount,
            totalBytes: progress.totalByteCount)
          return !Interruption.isRequested && isAnybodyReading
        }, sink: sink)
      progressLine.clear()
      var account = CaptureAccount(summary)
      // Without a reader nobody is told, and nothing went wrong.
      account.isInterrupted = Interruption.isRequested || account.isInterrupted && isAnybodyReading
      if let filter = options.reading.filter {
        account.notes.append(Self.note(on: filter, summary))
      }
      return account
    } catch {
      progressLine.clear()
      // Opening a named pipe waits for its writer.
      if Interruption.isRequested { throw ExitCode(Exit.interrupted) }
      throw CommandFailure("\(error)")
    }
  }

  private var isAnybodyReading: Bool {
    outputs.hasFailed ? false : isExitCodeNeeded || !outputs.isEveryReaderGone
  }

  private static func note(on filter: String, _ summary: CaptureRunSummary) -> String {
    let all = summary.captures.reduce(0) { $0 + $1.packetCount }
    let left = summary.captures.reduce(0) { $0 + $1.filteredPacketCount }
    return "the filter `\(filter)` left out \(left) of \(all) packets"
  }
}

extension CaptureAccount {
  /// Ends a command whose captures were not read in full: the reports have what there is, standard error says why not
  /// more.
  /// - Throws: what the command ends with; nothing where all was read.
  func throwIfIncomplete() throws {
    if exitCode == Exit.failure {
      let problems =
        captures.flatMap { capture in capture.problems.map { "\(capture.file): \($0)" } }
        + packetsWithoutFlow.filter { $0.mayHideFlows && $0.count > 0 }.map { item in
          let place = item.firstPlace.map { ", first \($0)" } ?? ""
          return "packets without a flow: \(item.count) (\(item.reason)\(place))"
        }
      throw CommandFailure(
        "the result is incomplete: " + (problems.first ?? "a capture was not read in full")
          + (problems.count > 1 ? "; and \(problems.count - 1) more" : ""))
    }
    if exitCode != Exit.success { throw ExitCode(exitCode) }
  }

  /// The exit code that the reading alone asks for.
  var exitCode: Int32 {
    isInterrupted ? Exit.interrupted : isComplete ? Exit.success : Exit.failure
  }
}
