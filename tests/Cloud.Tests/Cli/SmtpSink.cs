using System.Text;
using System.Threading.Channels;

namespace Cloud.Tests.Cli;

/// <summary>Takes every message, and keeps it for the test.</summary>
sealed class SmtpSink : MailHost
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Channel<string> messages = Channel.CreateUnbounded<string>();

    /// <summary>The next message with its envelope's lines in front, once it is here.</summary>
    public async Task<string> ReceivedAsync() => await messages.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Messages that came and have not been looked at.</summary>
    public int Unread => messages.Reader.Count;

    protected override async Task TalkAsync(StreamReader reader, StreamWriter writer)
    {
        var message = new StringBuilder();
        await writer.WriteLineAsync("220 mx.outside.test");
        while (await reader.ReadLineAsync() is { } line)
        {
            if (
                line.StartsWith("MAIL ", StringComparison.Ordinal) || line.StartsWith("RCPT ", StringComparison.Ordinal)
            )
                message.AppendLine(line);
            if (line == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                while (await reader.ReadLineAsync() is { } text and not ".")
                    message.AppendLine(text);
                messages.Writer.TryWrite(message.ToString());
                message.Clear();
            }
            await writer.WriteLineAsync("250 well");
        }
    }
}
