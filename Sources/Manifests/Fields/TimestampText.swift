import NetworkTypes

extension Timestamp {
  /// Reads RFC 3339, as the API server prints times: `2026-03-01T12:00:00Z`, with a fraction or an offset too.
  init?(rfc3339 text: Span<UInt8>) {
    func number(_ start: Int, _ count: Int) -> Int64? {
      guard start + count <= text.count else { return nil }
      var value: Int64 = 0
      for index in start..<(start + count) {
        let digit = text[index] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value * 10 + Int64(digit)
      }
      return value
    }
    func has(_ character: UInt8, at index: Int) -> Bool {
      index < text.count && text[index] == character
    }
    guard let year = number(0, 4), has(UInt8(ascii: "-"), at: 4), let month = number(5, 2),
      has(UInt8(ascii: "-"), at: 7), let day = number(8, 2),
      has(UInt8(ascii: "T"), at: 10) || has(UInt8(ascii: "t"), at: 10)
        || has(UInt8(ascii: " "), at: 10),
      let hour = number(11, 2), has(UInt8(ascii: ":"), at: 13), let minute = number(14, 2),
      has(UInt8(ascii: ":"), at: 16), let second = number(17, 2), (1...12).contains(month),
      (1...31).contains(day), hour < 24, minute < 60, second <= 60, (1678...2261).contains(year)
    else { return nil }
    var index = 19
    var fraction: Int64 = 0
    if has(UInt8(ascii: "."), at: index) {
      index += 1
      var unit: Int64 = 100_000_000
      let start = index
      while index < text.count, text[index] &- UInt8(ascii: "0") < 10 {
        fraction += Int64(text[index] - UInt8(ascii: "0")) * unit
        unit /= 10
        index += 1
      }
      guard index > start else { return nil }
    }
    var offsetSeconds: Int64 = 0
    if has(UInt8(ascii: "Z"), at: index) || has(UInt8(ascii: "z"), at: index) {
      index += 1
    } else {
      guard has(UInt8(ascii: "+"), at: index) || has(UInt8(ascii: "-"), at: index),
        let hours = number(index + 1, 2), has(UInt8(ascii: ":"), at: index + 3),
        let minutes = number(index + 4, 2), hours < 24, minutes < 60
      else { return nil }
      offsetSeconds = hours * 3_600 + minutes * 60
      if text[index] == UInt8(ascii: "-") { offsetSeconds = -offsetSeconds }
      index += 6
    }
    guard index == text.count else { return nil }

    // Days from a civil date of the Gregorian calendar, years starting in March.
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offsetSeconds
    self.init(nanoseconds: seconds * 1_000_000_000 + fraction)
  }
}
