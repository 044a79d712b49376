using System.Text;
using Cloud.Dns;
using Cloud.Mail.Headers;
using Cloud.Tests.Dns;
using Cloud.Tests.Fakes;
using Cloud.Trust;
using Cloud.Trust.Dkim;

namespace Cloud.Tests.Trust.Dkim;

/// <summary>A domain with keys of both kinds, published, and messages signed and verified with them.</summary>
sealed class DkimHarness : IDisposable
{
    public const string Domain = "football.example.com";

    /// <summary>Seconds since 1970 of the clock.</summary>
    public const long Now = 1_700_000_000;

    public static readonly TimeProvider Clock = new ManualClock(DateTimeOffset.FromUnixTimeSeconds(Now));

    // Making one takes a tenth of a second.
    static readonly byte[] RsaSecret = MakeRsa();

    /// <param name="isPublished">Whether the keys are to be found.</param>
    public DkimHarness(bool isPublished = true)
    {
        foreach (var key in isPublished ? Keys : [])
            Publish(key.Selector, key.RecordText);
    }

    public ZoneResolver Dns { get; } = new();

    public DkimKey Rsa { get; } = DkimKey.Import("test", DkimAlgorithm.RsaSha256, RsaSecret);

    public DkimKey Ed25519 { get; } = DkimKey.GenerateEd25519("brisbane", new SeededEntropy(8463));

    public DkimKey[] Keys => [Rsa, Ed25519];

    public void Publish(string selector, string text, string domain = Domain) =>
        Dns.Add(
            new TxtRecord(
                DnsName.Parse($"{selector}._domainkey.{domain}"),
                TimeSpan.FromMinutes(5),
                new(Encoding.UTF8.GetBytes(text))
            )
        );

    /// <summary>The message with a signature of each key before it.</summary>
    public byte[] Sign(byte[] message, DkimSignOptions? options = null, params DkimKey[] keys)
    {
        using var signing = new DkimSigning(Domain, keys.Length > 0 ? keys : Keys, Clock, options);
        signing.Write(message);
        return [.. signing.Complete(), .. message];
    }

    public async Task<IReadOnlyList<DkimResult>> VerifyAsync(
        byte[] message,
        int piece = int.MaxValue,
        DkimLimits? limits = null,
        CancellationToken cancel = default
    )
    {
        using var verification = new MessageVerification(Dns, Clock, limits, cancel);
        for (var at = 0; at < message.Length; )
        {
            var length = Math.Min(piece, message.Length - at);
            verification.Write(message.AsSpan(at, length));
            at += length;
        }

        return (await verification.CompleteAsync()).Dkim;
    }

    public async Task<DkimResult> VerifyOneAsync(byte[] message, DkimLimits? limits = null) =>
        Assert.Single(await VerifyAsync(message, limits: limits));

    /// <summary>The message with a signature whose tags but bh= and b= are given, lawful or not.</summary>
    public static byte[] Forge(string tags, byte[] message, DkimKey key)
    {
        var header = new HeaderBlock(1 << 20, 1000);
        Assert.True(header.Write(message, out var rest));
        var draft = DkimSignature.Parse(Field($"{tags}; bh={Convert.ToBase64String(new byte[32])}; b=AAAA"));
        using var body = new CanonicalBody(draft.Body);
        var hash = body.Hash(draft.Length);
        body.Write(rest.Held);
        body.Write(rest.Last);
        body.Complete();

        var text = $"{tags}; bh={Convert.ToBase64String(hash.Value)}; b=";
        var signature = key.Sign(CanonicalHeader.Hash(header, draft.Names, Field(text), draft.Header));
        return [.. Field(text + Convert.ToBase64String(signature)).Raw, .. message];
    }

    static HeaderField Field(string tags) =>
        new(Encoding.UTF8.GetBytes($"DKIM-Signature: {tags}\r\n"), "DKIM-Signature".Length);

    /// <summary>A raw text of this source, its lines ended by CRLF.</summary>
    public static byte[] Message(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    public void Dispose()
    {
        foreach (var key in Keys)
            key.Dispose();
    }

    static byte[] MakeRsa()
    {
        using var key = DkimKey.GenerateRsa("test");
        return key.Export();
    }
}
