namespace Cloud.Cli.Archive;

/// <param name="Faults">What is missing or not as it was, a line each.</param>
sealed record ExportCheckResult(long Messages, long Octets, IReadOnlyList<string> Faults);

/// <summary>Reads an export again, and compares each message with what the manifest says of it.</summary>
static class ExportCheck
{
    /// <summary>Faults that are told.</summary>
    const int MaxFaults = 1000;

    /// <exception cref="IOException">The manifest itself is not as it was.</exception>
    public static async Task<ExportCheckResult> RunAsync(
        string directory,
        IProgressBar progress,
        CancellationToken cancel
    )
    {
        var (messages, octets, faults) = (0L, 0L, new List<string>());
        progress.Begin(directory, null);
        await foreach (var line in ManifestReader.ReadAsync(directory, cancel))
        {
            if (line.File is null)
                continue;
            messages++;
            progress.Step();
            await using var content = await ManifestReader.OpenAsync(directory, line, cancel);
            octets += content?.Length ?? 0;
            var fault = content is null ? "is missing" : await FaultAsync(line, content, cancel);
            if (fault is not null && faults.Count < MaxFaults)
                faults.Add($"{line.Place}: {fault}");
        }
        return new(messages, octets, faults);
    }

    static async Task<string?> FaultAsync(ManifestLine line, Spool content, CancellationToken cancel)
    {
        if (content.Length != line.Size)
            return $"has {content.Length} octets instead of {line.Size}";
        return await content.HashAsync(cancel) == line.Sha256 ? null : "is not what it was: its SHA-256 is another";
    }
}
