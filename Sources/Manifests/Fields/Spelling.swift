/// Finds what a misspelt word was meant to be.
enum Spelling {
  /// The candidate that `word` was most likely meant to be, or `nil` where none is near.
  ///
  /// Near means: equal but for case, `-` and `_`; a plural; or within a few edits, more for longer words.
  static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
    guard word.utf8.count <= 100 else { return nil }
    let plain = simplified(word)
    guard !plain.isEmpty else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates where candidate != word {
      let other = simplified(candidate)
      let limit = min(3, max(1, min(plain.count, other.count) / 4))
      guard let distance = distance(plain, other, limit: limit) else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.candidate
  }

  /// Lower case, without `-` and `_`, singular.
  private static func simplified(_ word: String) -> [UInt8] {
    var letters = word.lowercased().utf8.filter { $0 != 0x2d && $0 != 0x5f && $0 != 0x20 }
    if letters.count > 4, letters.suffix(3).elementsEqual("ies".utf8) {
      letters.removeLast(3)
      letters.append(UInt8(ascii: "y"))
    } else if letters.count > 4, letters.last == UInt8(ascii: "s") {
      letters.removeLast()
    }
    return Array(letters)
  }

  /// Insertions, deletions, substitutions and swaps of neighbours from `left` to `right`, if at most `limit`.
  private static func distance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int? {
    guard abs(left.count - right.count) <= limit else { return nil }
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in 1..<(left.count + 1) {
      var current = [row]
      for column in 1..<(right.count + 1) {
        let isSame = left[row - 1] == right[column - 1]
        var cost = min(
          previous[column] + 1, current[column - 1] + 1,
          previous[column - 1] + (isSame ? 0 : 1))
        if row > 1, column > 1, left[row - 1] == right[column - 2],
          left[row - 2] == right[column - 1]
        {
          cost = min(cost, beforePrevious[column - 2] + 1)
        }
        current.append(cost)
      }
      beforePrevious = previous
      previous = current
    }
    let result = previous[right.count]
    return result <= limit ? result : nil
  }
}
