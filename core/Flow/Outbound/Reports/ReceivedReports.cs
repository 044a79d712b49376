using System.Globalization;
using System.Text.Json;
using Cloud.Flow.Door;
using Cloud.Flow.Inbound;
using Cloud.Mail;
using Cloud.Mail.Encodings;
using Cloud.Mail.Headers;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>Reports that others send of mail in our name, and of their TLS with our hosts.</summary>
/// <remarks>
/// They are mail, filed as any other. When such mail is accepted a row says so, which is all that its sender waits for; a
/// timer reads what it names, minutes later. What cannot be read is left alone: its owner has the mail.
/// Table <c>reports</c>: partition <c>notes</c> for mail that is to be read, and one for each of our domains.
/// </remarks>
sealed class ReceivedReports(IRows rows, IBlobs blobs, MailDirectory directory, TimeProvider time)
{
    public const string Table = "reports";

    const string Notes = "notes";

    /// <summary>Octets of a mail that is read; half of it is base64.</summary>
    const int MaxMail = 2 * ReportFile.MaxPacked;

    /// <summary>Octets of the details in a row: a property's, and room for its name.</summary>
    const int MaxDetails = RowLimits.PropertyBytes - 1024;

    /// <summary>How long it is waited for a mail whose account was not ready when it came.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    /// <summary>Days for which reports can be asked for.</summary>
    public const int KeptDays = 400;

    /// <summary>How far a clock may be ahead of ours, and a day of the east.</summary>
    static readonly TimeSpan Ahead = TimeSpan.FromDays(2);

    /// <summary>The longest time that a report tells of; RFC 7489 §7.2 and RFC 8460 §4.1 have a day.</summary>
    static readonly TimeSpan LongestReport = TimeSpan.FromDays(31);

    /// <summary>For how long back reports are taken that nobody answers for.</summary>
    static readonly TimeSpan UnverifiedAge = TimeSpan.FromDays(31);

    /// <summary>Reports of a domain, kind and day that nobody answers for: anybody can send any number.</summary>
    public const int MaxUnverified = 100;

    /// <summary>Times that a mail is begun to be read: one that ends the process is left alone then.</summary>
    const int MaxTries = 3;

    /// <summary>Reports given out at once.</summary>
    public const int MaxListed = 2_000;

    /// <summary>The local parts that our own records name (docs/dns.md), and those that others choose for them.</summary>
    static readonly string[] Mailboxes = ["postmaster", "dmarc", "tlsrpt"];

    /// <summary>Notes a mail that has been accepted, if it may hold a report. Costs one transaction then, else nothing.</summary>
    /// <param name="recipients">Of the envelope.</param>
    /// <param name="blob">That an account has, or will have.</param>
    /// <param name="evidence">Null for mail that nobody has judged.</param>
    /// <param name="isOurs">It was not judged since it comes from here: then our own domains answer for it.</param>
    public async ValueTask NoteAsync(
        TransactionId transaction,
        IEnumerable<EmailAddress> recipients,
        string blob,
        ReadOnlyMemory<byte> index,
        Evidence? evidence,
        bool isOurs
    )
    {
        if (index.IsEmpty || !recipients.Any(IsForReports))
            return;
        var packed = MessageIndex.Unpack(index.Span);
        if (packed.Size > MaxMail || !ReportShape.Parts(packed).Any())
            return;
        var row = new RowData
        {
            { "Blob", blob },
            { "IsAuthentic", evidence is { IsAuthenticated: true } },
            { "IsOurs", isOurs && evidence is null },
        };
        try
        {
            await rows.CommitAsync(Table, new RowTransaction(Notes).Upsert($"{transaction}", row), default);
        }
        catch (StoreException)
        {
            ReportMeter.Missed(); // the mail is filed; nobody is to wait, or be refused, for a table
        }
    }

    /// <summary>Reads what was noted.</summary>
    /// <returns>Reports that were read.</returns>
    /// <exception cref="StoreException">The next run goes on.</exception>
    public async ValueTask<int> ReadNotesAsync(DateTimeOffset end, CancellationToken cancel)
    {
        var read = 0;
        await foreach (var note in rows.ReadAsync(Table, RowRange.All(Notes), cancel))
        {
            if (time.GetUtcNow() >= end)
                break;
            if (await ReadAsync(note, cancel) is not { } found)
                continue; // the account is not ready
            read += found;
            await rows.CommitAsync(Table, new RowTransaction(Notes).Delete(note.Key.Row), CancellationToken.None);
        }
        return read;
    }

    /// <summary>What others have reported of a domain, oldest first.</summary>
    /// <param name="domain">Canonical.</param>
    /// <param name="since">First day.</param>
    public async IAsyncEnumerable<ReportSummary> ListAsync(
        string domain,
        DateOnly since,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        await foreach (var row in rows.ReadAsync(Table, RangeOf(domain, since), cancel))
        {
            if (Of(row) is { } summary)
                yield return summary;
        }
    }

    /// <summary>Where reports lie that tell of a day or of later ones, oldest first.</summary>
    public static RowRange RangeOf(string domain, DateOnly since) =>
        new(Partition(domain), since.ToString("yyyyMMdd", CultureInfo.InvariantCulture), null);

    /// <returns>Null where it cannot be read.</returns>
    public static ReportSummary? Of(Row row) => row.Data.Bytes("Report") is { } json ? Parse(json) : null;

    /// <summary>Removes what is older than <see cref="KeptDays"/>.</summary>
    public async ValueTask ForgetAsync(DateOnly today, CancellationToken cancel)
    {
        var before = today.AddDays(-KeptDays).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        await foreach (var row in directory.ListAsync(DirectoryRows.Domains, cancel))
        {
            var domain = row.Key.Row[DirectoryRows.Domain("").Length..];
            await rows.RemoveAsync(Table, new(Partition(domain), "", before), cancel);
        }
    }

    static bool IsForReports(EmailAddress address) =>
        Mailboxes.Contains(address.WithoutDetail.Local, StringComparer.OrdinalIgnoreCase);

    /// <summary>No domain's name has such a character, so that <see cref="Notes"/> is none.</summary>
    static string Partition(string domain) => $"d!{KeyText.Encode(domain)}";

    /// <returns>Reports in it; null where it is to be read later.</returns>
    async ValueTask<int?> ReadAsync(Row note, CancellationToken cancel)
    {
        if (TransactionId.TryParse(note.Key.Row) is not { } id || note.Data.String("Blob") is not { } blob)
            return 0;
        await using var stream = await blobs.OpenAsync(blob, 0, MaxMail, cancel);
        if (stream is null)
            return time.GetUtcNow() - id.At > Patience ? 0 : null;
        if (!await BeginAsync(note))
            return 0;
        using var octets = new MemoryStream();
        await stream.CopyToAsync(octets, cancel);
        var count = 0;
        foreach (var read in Read(octets.GetBuffer().AsMemory(0, (int)octets.Length), note.Data.Bool("IsAuthentic")))
        {
            if (!await directory.HasDomainAsync(read.Domain, cancel))
                continue; // of somebody else's domain it says nothing to us
            var isOurs = note.Data.Bool("IsOurs") && await directory.HasDomainAsync(read.Author, cancel);
            var summary = read with { IsAuthentic = read.IsAuthentic || isOurs };
            if (!IsTimely(summary) || !await HasRoomAsync(summary, cancel))
                continue;
            var row = new RowData { { "Report", Pack(summary) }, { "Mail", note.Key.Row } };
            var change = new RowTransaction(Partition(summary.Domain)).Upsert(summary.RowName(), row);
            await rows.CommitAsync(Table, change, cancel);
            ReportMeter.Read(summary.Kind);
            count++;
        }
        return count;
    }

    /// <summary>Counts a try before it begins, for what ends the process has no other witness.</summary>
    /// <returns>False where there were enough.</returns>
    async ValueTask<bool> BeginAsync(Row note)
    {
        var tries = note.Data.Int("Tries");
        if (tries == MaxTries)
            return false;
        var row = new RowData
        {
            { "Blob", note.Data.String("Blob") ?? "" },
            { "IsAuthentic", note.Data.Bool("IsAuthentic") },
            { "IsOurs", note.Data.Bool("IsOurs") },
            { "Tries", tries + 1 },
        };
        await rows.CommitAsync(Table, new RowTransaction(Notes).Upsert(note.Key.Row, row), CancellationToken.None);
        return true;
    }

    /// <summary>What tells of another time than ours would stay for ever, or go at once.</summary>
    bool IsTimely(ReportSummary summary)
    {
        var now = time.GetUtcNow();
        var age = summary.IsAuthentic ? TimeSpan.FromDays(KeptDays) : UnverifiedAge;
        return summary.Begin <= now + Ahead
            && summary.Begin >= now - age
            && summary.End >= summary.Begin
            && summary.End - summary.Begin <= LongestReport;
    }

    async ValueTask<bool> HasRoomAsync(ReportSummary summary, CancellationToken cancel)
    {
        if (summary.IsAuthentic)
            return true;
        var name = summary.RowName();
        var others = 0;
        var range = RowRange.Prefix(Partition(summary.Domain), name[..(name.LastIndexOf('!') + 1)]);
        await foreach (var row in rows.ReadAsync(Table, range, cancel))
        {
            if (row.Key.Row == name)
                return true;
            others++;
        }
        return others < MaxUnverified;
    }

    /// <summary>The reports in a mail.</summary>
    internal static IEnumerable<ReportSummary> Read(ReadOnlyMemory<byte> mail, bool isAuthentic)
    {
        var scanner = new MessageScanner();
        scanner.Write(mail.Span);
        var index = scanner.Complete();
        var author = index.Envelope.From.FirstOrDefault(address => address.IsMailbox);
        var domain = EmailAddress.CanonicalDomain($"{author.Host}");
        foreach (var part in ReportShape.Parts(index))
        {
            if (part.BodyEnd > mail.Length)
                continue;
            var body = mail.Slice((int)part.BodyStart, (int)part.BodyLength);
            var report = ReportFile.Read(TransferCoder.Decoder(part.Encoding).Convert(body.Span));
            if (report.IsNone)
                continue;
            foreach (var summary in ReportSummary.Of(report, domain, isAuthentic))
                yield return summary;
            yield break; // a mail is one report
        }
    }

    /// <summary>As much as a row holds.</summary>
    static byte[] Pack(ReportSummary summary)
    {
        for (var most = Math.Max(summary.Sources.Count, summary.Failures.Count); ; most /= 2)
        {
            var less = summary with
            {
                Sources = [.. summary.Sources.Take(most)],
                Failures = [.. summary.Failures.Take(most)],
            };
            var json = JsonSerializer.SerializeToUtf8Bytes(less, ReportSummaryJson.Default.ReportSummary);
            if (json.Length <= MaxDetails || most == 0)
                return json;
        }
    }

    static ReportSummary? Parse(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ReportSummaryJson.Default.ReportSummary);
        }
        catch (JsonException)
        {
            return null; // of another version
        }
    }
}
