import ClusterModel
import FlowAudit
import LookupTable
import Manifests
import NetworkTypes
import PolicyCompilation

/// A table file, read as `audit --table` does, and everything that is asked of it afterwards.
///
/// The input is not the file, most of which is one value many times over, but what is changed in a sound one
/// (``TableEdits``); the checksum is put right, or no change would come further than it.
final class TableTarget: FuzzTarget {
  static let name = "table"

  private let file = MemoryFile()
  private let bases: [SoundTable]

  init() { bases = SoundTable.all() }

  func run(_ input: [UInt8]) -> Bool {
    guard let edits = TableEdits(input) else { return false }
    file.replace(with: edits.apply(to: bases[edits.base % bases.count]))
    let compiled: CompiledPolicies
    do throws(TableError) {
      compiled = try CompiledPolicies(contentsOfFile: file.path)
    } catch {
      require(
        error.message.hasPrefix(file.path) && error.message.count > file.path.count + 3,
        "a refusal without file or reason: \(error)")
      return true
    }
    TableQuestions(compiled).ask()
    return true
  }

  static func seeds() -> [[UInt8]] {
    let sections = UInt8(TableSection.allCases.count)
    var seeds: [[UInt8]] = [[0, 0], [1, 0], [0, 1], [1, 1]]
    for operation in 0..<TableEdits.operationCount {
      for section in 0..<sections {
        seeds.append([section & 1, 0, operation, section, 3, 0, 0, 0, section, 0, 0, 0])
      }
    }
    return seeds
  }
}
