using System.Text;
using Cloud.Mail.Headers;
using Cloud.Trust;
using Cloud.Trust.Dkim;

namespace Cloud.Tests.Trust.Dkim;

public sealed class DkimFuzzTests : IDisposable
{
    readonly DkimHarness harness = new();

    public void Dispose() => harness.Dispose();

    [Fact]
    public void Any_signature_is_read_or_has_a_fault() =>
        TrustFuzz.Run(
            [
                "v=1; a=rsa-sha256; c=relaxed/simple; d=example.com; s=a; t=1; x=2; l=3; q=dns/txt;\r\n h=From:To;"
                    + " i=@a.example.com; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA",
                "v=1;a=ed25519-sha256;d=bücher.example;s=b.c;h=from;bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;b=A A=",
            ],
            text =>
            {
                var raw = Encoding.Latin1.GetBytes($"DKIM-Signature:{text}\r\n");
                var signature = DkimSignature.Parse(new HeaderField(raw, DkimSignature.FieldName.Length));
                if (signature.Fault is not null)
                    return;
                Assert.Equal(32, signature.BodyHash.Length);
                Assert.InRange(signature.Names.Length, 1, DkimSignature.MaxNames);
                Assert.Contains("from", signature.Names, StringComparer.OrdinalIgnoreCase);
            }
        );

    [Fact]
    public void Any_key_record_is_read_or_has_a_fault() =>
        TrustFuzz.Run(
            [
                harness.Rsa.RecordText,
                harness.Ed25519.RecordText,
                "v=DKIM1; h=sha256:sha1; k=rsa; s=email:*; t=y:s; n=notes; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL==",
            ],
            text =>
            {
                if (!DkimKeyRecord.TryParse(Encoding.Latin1.GetBytes(text), out var record, out var fault))
                {
                    Assert.NotEmpty(fault);
                    return;
                }
                if (!DkimPublicKey.TryRead(record, out var key))
                    return;
                using (key)
                    Assert.False(key.Verifies(new byte[32], new byte[key.Bits / 8]));
            }
        );

    [Fact]
    public void Any_signed_message_gets_its_verdicts()
    {
        var message = "From: ada@example.com\r\nSubject: hi\r\n there\r\n\r\ntext  with space \r\n\r\n"u8;
        var signed = Encoding.Latin1.GetString(harness.Sign(message.ToArray()));
        TrustFuzz.Run(
            [signed, signed.Replace("relaxed/relaxed", "simple/relaxed", StringComparison.Ordinal)],
            text =>
            {
                var octets = Encoding.Latin1.GetBytes(text);
                var whole = Verify(octets, octets.Length);
                Assert.All(whole, result => Assert.NotEmpty(result.Reason));
                Assert.InRange(whole.Count, 0, new DkimLimits().MaxSignatures + 1);
                // However it is cut, it is the same message.
                Assert.Equal(Told(whole), Told(Verify(octets, 7)));
            }
        );

        IReadOnlyList<DkimResult> Verify(byte[] octets, int cut)
        {
            using var verification = new MessageVerification(harness.Dns, DkimHarness.Clock, null, default);
            for (var at = 0; at < octets.Length; at += cut)
                verification.Write(octets.AsSpan(at, Math.Min(cut, octets.Length - at)));
            var results = verification.CompleteAsync();
            Assert.True(results.IsCompleted);
            return results.Result.Dkim;
        }

        static IEnumerable<(DkimVerdict, string)> Told(IEnumerable<DkimResult> results) =>
            results.Select(result => (result.Verdict, result.Reason));
    }
}
