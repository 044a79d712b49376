using System.Globalization;
using System.Text;
using Cloud.Trust.Dkim;

namespace Cloud.Bench.Load;

/// <summary>Messages of a sender who does everything right: SPF, DMARC, a name, and two RSA signatures.</summary>
sealed class SignedMail : IDisposable
{
    public const string Domain = "elsewhere.test";
    public const string Client = "bench.elsewhere.test";

    readonly DkimKey[] keys = [DkimKey.GenerateRsa("one"), DkimKey.GenerateRsa("two")];
    readonly List<byte[]> headers = [];

    /// <summary>What its sender publishes.</summary>
    public IEnumerable<string> Zone =>
        [
            $"{Domain} TXT v=spf1 ip4:127.0.0.1 -all",
            $"_dmarc.{Domain} TXT v=DMARC1; p=reject",
            $"{Client} A 127.0.0.1",
            $"1.0.0.127.in-addr.arpa PTR {Client}",
            .. keys.Select(key => $"{key.Selector}._domainkey.{Domain} TXT {key.RecordText}"),
        ];

    /// <summary>The header of a message with its signatures.</summary>
    /// <param name="number">From 0 on; made before it is sent, so that it takes no time from the server.</param>
    public byte[] Header(int number) => headers[number % headers.Count];

    /// <param name="body">Of all of them.</param>
    public void Prepare(int messages, byte[] body)
    {
        for (var number = headers.Count; number < messages; number++)
        {
            var header = Encoding.ASCII.GetBytes(
                string.Create(
                        CultureInfo.InvariantCulture,
                        $"""
                        From: Sender <sender@{Domain}>
                        To: Somebody <u0@example.test>
                        Subject: A message of the usual kind
                        Date: {DateTimeOffset.UtcNow:ddd, dd MMM yyyy HH:mm:ss} +0000
                        Message-ID: <{number}.{Guid.NewGuid():N}@{Domain}>
                        MIME-Version: 1.0
                        Content-Type: text/plain; charset=utf-8
                        Content-Transfer-Encoding: 8bit


                        """
                    )
                    .ReplaceLineEndings("\r\n")
            );
            using var signing = new DkimSigning(Domain, keys, TimeProvider.System, null);
            signing.Write(header);
            signing.Write(body);
            headers.Add([.. signing.Complete(), .. header]);
        }
    }

    /// <summary>Another body needs other signatures.</summary>
    public void Forget() => headers.Clear();

    public void Dispose()
    {
        foreach (var key in keys)
            key.Dispose();
    }
}
