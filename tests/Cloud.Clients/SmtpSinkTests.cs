using System.Text;
using Cloud.Wire.Smtp;

namespace Cloud.Clients;

/// <summary>The SMTP client before a server of other people.</summary>
public sealed class SmtpSinkTests : IDisposable
{
    static readonly SmtpRecipient Ada = new(new("ada", "example.test"));
    static readonly SmtpRecipient Bob = new(new("bob", "example.test"));

    readonly string home = Directory.CreateTempSubdirectory("cloud-sink-").FullName;

    public void Dispose() => Directory.Delete(home, recursive: true);

    async Task<SmtpOutcome[]> SendAsync(SmtpSink sink, params string[] contents)
    {
        var options = new SmtpOptions { EndPoint = sink.Address, Hostname = "client.example.test" };
        var opening = await SmtpConnection.OpenAsync(options, CancellationToken.None);
        Assert.True(opening.IsOpen, opening.Failure?.Reason);
        await using var connection = opening.Connection;
        var outcomes = new List<SmtpOutcome>();
        foreach (var content in contents)
        {
            var message = new SmtpMessage
            {
                From = new("me", "client.example.test"),
                Recipients = [Ada, Bob],
                Open = _ => new(new MemoryStream(Encoding.ASCII.GetBytes(content))),
            };
            outcomes.Add(await connection.SendAsync(message, CancellationToken.None));
        }

        return [.. outcomes];
    }

    /// <summary>Bodies of what was taken, in any order.</summary>
    IEnumerable<string> Taken() =>
        Directory
            .EnumerateFiles(home, "mail.*")
            .Select(file => File.ReadAllText(file, Encoding.Latin1))
            .Select(text => text[(text.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]);

    [SkippableTheory]
    [InlineData("")]
    [InlineData("-p")] // Without PIPELINING.
    [InlineData("-e")] // Without ESMTP.
    public async Task Messages_arrive_whole(string option)
    {
        await using var sink = await SmtpSink.StartAsync(home, option.Length == 0 ? [] : [option]);
        var large = string.Concat(Enumerable.Repeat(".a line with a dot\r\n..\r\n", 20_000));
        string[] bodies = ["one\r\n", ".\r\n..\r\n", large];
        var outcomes = await SendAsync(sink, [.. bodies.Select(body => $"Subject: x\r\n\r\n{body}")]);
        Assert.All(
            outcomes.SelectMany(outcome => outcome.Recipients),
            one => Assert.Equal(SmtpVerdict.Sent, one.Verdict)
        );
        var taken = string.Concat(Taken().Order(StringComparer.Ordinal));
        foreach (var body in bodies)
            Assert.Contains(body.ReplaceLineEndings("\n"), taken, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("-r", "RCPT", SmtpVerdict.Failed, SmtpPhase.Recipient, SmtpFault.Refused)]
    [InlineData("-f", "MAIL", SmtpVerdict.Deferred, SmtpPhase.Mail, SmtpFault.Refused)]
    [InlineData("-r", "DATA", SmtpVerdict.Failed, SmtpPhase.Data, SmtpFault.Refused)]
    [InlineData("-f", ".", SmtpVerdict.Deferred, SmtpPhase.Final, SmtpFault.Refused)]
    [InlineData("-q", "MAIL", SmtpVerdict.Deferred, SmtpPhase.Mail, SmtpFault.Lost)]
    [InlineData("-q", ".", SmtpVerdict.Deferred, SmtpPhase.Final, SmtpFault.Lost)]
    public async Task Refusals_and_losses_are_told_where_they_are(
        string option,
        string command,
        SmtpVerdict verdict,
        SmtpPhase phase,
        SmtpFault fault
    )
    {
        await using var sink = await SmtpSink.StartAsync(home, option, command);
        var outcome = Assert.Single(await SendAsync(sink, "Subject: x\r\n\r\none\r\n"));
        foreach (var one in outcome.Recipients)
        {
            Assert.Equal(verdict, one.Verdict);
            Assert.Equal((phase, fault), (one.Failure!.Phase, one.Failure.Fault));
            Assert.Equal(phase == SmtpPhase.Final && fault == SmtpFault.Lost, one.MayHaveBeenTaken);
        }
    }
}
