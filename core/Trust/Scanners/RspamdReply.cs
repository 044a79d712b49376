using System.Globalization;
using System.Text.Json;

namespace Cloud.Trust.Scanners;

/// <summary>rspamd's answer: a JSON object with score, action and symbols.</summary>
static class RspamdReply
{
    /// <summary>Symbols that are kept.</summary>
    const int MaxSymbols = 200;

    static readonly JsonDocumentOptions Limits = new() { MaxDepth = 32 };

    public static ScanVerdict Parse(ReadOnlyMemory<byte> answer, Scan scan)
    {
        try
        {
            using var document = JsonDocument.Parse(answer, Limits);
            return Verdict(document.RootElement, scan);
        }
        catch (JsonException)
        {
            return scan.Failed("an answer that is no JSON, or not all of it");
        }
        catch (InvalidOperationException)
        {
            return scan.Failed("an answer of another shape"); // half a surrogate pair in a text
        }
    }

    static ScanVerdict Verdict(JsonElement root, Scan scan)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return scan.Failed("an answer of another shape");
        if (root.TryGetProperty("error", out var error))
            return scan.Failed($"rspamd says: {Text(error)}");
        if (Number(root, "score") is not { } score || Text(root, "action") is not { } action)
            return scan.Failed("an answer without score or action");
        var required = Number(root, "required_score");
        var reason = string.Create(CultureInfo.InvariantCulture, $"{action}, {score} of {required}");
        return scan.Verdict(OutcomeOf(action, score, required), reason) with
        {
            Score = score,
            Required = required,
            Symbols = Symbols(root),
        };
    }

    static ScanOutcome OutcomeOf(string action, decimal score, decimal? required) =>
        action switch
        {
            "no action" => ScanOutcome.Clean,
            // To discard would be to lose mail that was accepted.
            "add header" or "rewrite subject" or "quarantine" or "discard" => ScanOutcome.Junk,
            "reject" => ScanOutcome.Refuse,
            "soft reject" or "greylist" => ScanOutcome.Defer,
            _ => score >= required ? ScanOutcome.Junk : ScanOutcome.Clean, // one of the operator's own
        };

    static ScanSymbol[] Symbols(JsonElement root)
    {
        if (!root.TryGetProperty("symbols", out var symbols) || symbols.ValueKind != JsonValueKind.Object)
            return [];
        return
        [
            .. symbols
                .EnumerateObject()
                .Take(MaxSymbols)
                .Select(symbol => new ScanSymbol(Scan.Line(symbol.Name), Number(symbol.Value, "score")))
                .OrderByDescending(symbol => Math.Abs(symbol.Score ?? 0))
                .ThenBy(symbol => symbol.Name, StringComparer.Ordinal),
        ];
    }

    static decimal? Number(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object
        && from.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDecimal(out var number)
            ? number
            : null;

    static string? Text(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? Text(value) : null;

    static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
