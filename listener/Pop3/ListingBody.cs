using System.Buffers;
using System.Text;
using Cloud.Listener.Hosting;

namespace Cloud.Listener.Pop3;

/// <summary>A line for each message without a mark: LIST and UIDL.</summary>
sealed class ListingBody(Maildrop maildrop, Func<Maildrop, int, string> line) : IPop3Body
{
    public async ValueTask<bool> WriteAsync(Connection connection, CancellationToken cancel)
    {
        for (var number = 1; number <= maildrop.Count; number++)
        {
            if (!maildrop.Has(number))
                continue;
            Encoding.ASCII.GetBytes(line(maildrop, number), connection.Output);
            connection.Output.Write("\r\n"u8);
            if (connection.Output.UnflushedBytes >= Pop3Limits.Unflushed && !await connection.FlushAsync())
                return false;
        }
        connection.Output.Write(".\r\n"u8);
        return true;
    }
}
