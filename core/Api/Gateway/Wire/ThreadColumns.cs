using Cloud.Store.Packing;
using Cloud.Store.Threading;

namespace Cloud.Api.Gateway.Wire;

/// <summary>Conversations as packed numbers: each message's UID and how many answers follow it, before them.</summary>
/// <remarks>Without recursion: a chain may be as long as the mailbox.</remarks>
static class ThreadColumns
{
    public static void Write(PackWriter writer, IReadOnlyList<ThreadNode> threads)
    {
        writer.Varint((ulong)threads.Count);
        var left = new Stack<ThreadNode>(threads.Reverse());
        while (left.TryPop(out var node))
        {
            writer.Varint(node.Uid);
            writer.Varint((ulong)node.Children.Count);
            for (var i = node.Children.Count - 1; i >= 0; i--)
                left.Push(node.Children[i]);
        }
    }

    public static IReadOnlyList<ThreadNode> Read(ref PackReader reader)
    {
        var top = new ThreadNode(0);
        var open = new Stack<(ThreadNode Parent, ulong Left)>([(top, reader.Varint())]);
        while (open.TryPop(out var at))
        {
            if (at.Left == 0)
                continue;
            var node = new ThreadNode(reader.Varint32());
            at.Parent.Children.Add(node);
            open.Push((at.Parent, at.Left - 1));
            open.Push((node, reader.Varint()));
        }
        return top.Children;
    }
}
